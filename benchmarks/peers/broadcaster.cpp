// The limit that servers are compared with: unmasks a message and sends the same bytes to everybody else in the room, one send
// each. It knows nothing of documents: a client that asks for the state is told that there is none. It is good for this
// benchmark's load only (it does not even sign the handshake), and cheaper than anything that keeps a document can be.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Room;

struct Peer {
  int fd = -1;
  bool open = false;
  size_t place = 0;
  std::string in, out, room_name;
  Room* room = nullptr;
};

struct Room {
  std::vector<Peer*> peers;
};

static int poller;
static std::map<std::string, Room> rooms;
static std::vector<std::unique_ptr<Peer>> peers;

static void watch(Peer* peer, bool writing) {
  epoll_event event{};
  event.events = EPOLLIN | (writing ? EPOLLOUT : 0u);
  event.data.fd = peer->fd;
  epoll_ctl(poller, EPOLL_CTL_MOD, peer->fd, &event);
}

static void say(Peer* peer, const char* data, size_t size) {
  if (!peer->out.empty()) {
    peer->out.append(data, size);
    return;
  }
  ssize_t sent = send(peer->fd, data, size, MSG_NOSIGNAL);
  if (sent < 0) sent = 0;
  if (static_cast<size_t>(sent) < size) {
    peer->out.assign(data + sent, size - sent);
    watch(peer, true);
  }
}

static void leave(Peer* peer) {
  if (peer->room != nullptr) {
    auto& all = peer->room->peers;
    all[peer->place] = all.back();
    all[peer->place]->place = peer->place;
    all.pop_back();
  }
  close(peer->fd);
  peers[peer->fd].reset();
}

static void greet(Peer* peer) {
  size_t end = peer->in.find("\r\n\r\n");
  if (end == std::string::npos) return;
  size_t from = peer->in.find(' ') + 1;
  peer->room = &rooms[peer->in.substr(from, peer->in.find(' ', from) - from)];
  peer->place = peer->room->peers.size();
  peer->room->peers.push_back(peer);
  peer->in.erase(0, end + 4);
  peer->open = true;
  static const std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  say(peer, answer.data(), answer.size());
}

static void take(Peer* peer, const uint8_t* payload, size_t size) {
  if (size >= 2 && payload[0] == 0 && payload[1] == 0) {
    static const char nothing[] = {'\x82', 5, 0, 1, 2, 0, 0};
    say(peer, nothing, sizeof nothing);
    return;
  }
  std::string frame(1, '\x82');
  if (size < 126) {
    frame += static_cast<char>(size);
  } else if (size < 65536) {
    frame += {126, static_cast<char>(size >> 8), static_cast<char>(size)};
  } else {
    frame += 127;
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(static_cast<uint64_t>(size) >> shift);
  }
  frame.append(reinterpret_cast<const char*>(payload), size);
  for (Peer* other : peer->room->peers)
    if (other != peer) say(other, frame.data(), frame.size());
}

static void read_frames(Peer* peer) {
  size_t position = 0;
  auto* data = reinterpret_cast<uint8_t*>(&peer->in[0]);
  const size_t end = peer->in.size();
  while (end - position >= 6) {
    size_t size = data[position + 1] & 0x7f, start = position + 2;
    if (size == 126) {
      if (end - position < 8) break;
      size = static_cast<size_t>(data[start]) << 8 | data[start + 1];
      start += 2;
    } else if (size == 127) {
      if (end - position < 14) break;
      size = 0;
      for (int at = 0; at < 8; at++) size = size << 8 | data[start + at];
      start += 8;
    }
    if (end < start + 4 + size) break;
    const uint8_t* mask = data + start;
    uint8_t* payload = data + start + 4;
    for (size_t at = 0; at < size; at++) payload[at] ^= mask[at & 3];
    if ((data[position] & 0x0f) == 2) take(peer, payload, size);
    position = start + 4 + size;
  }
  peer->in.erase(0, position);
}

int main(int, char** arguments) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(arguments[1])));
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 4096) != 0) return 1;
  poller = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  std::vector<epoll_event> events(256);
  std::vector<char> buffer(65536);
  while (true) {
    int count = epoll_wait(poller, events.data(), static_cast<int>(events.size()), -1);
    for (int at = 0; at < count; at++) {
      int fd = events[at].data.fd;
      if (fd == listener) {
        while ((fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0) {
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
          if (peers.size() <= static_cast<size_t>(fd)) peers.resize(fd + 1);
          peers[fd] = std::make_unique<Peer>();
          peers[fd]->fd = fd;
          event.events = EPOLLIN;
          event.data.fd = fd;
          epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
        }
        continue;
      }
      Peer* peer = peers[fd].get();
      if (peer == nullptr) continue;
      if (events[at].events & EPOLLOUT) {
        std::string waiting;
        waiting.swap(peer->out);
        say(peer, waiting.data(), waiting.size());
        if (peer->out.empty()) watch(peer, false);
      }
      if (events[at].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        ssize_t size = recv(fd, buffer.data(), buffer.size(), 0);
        if (size == 0 || (size < 0 && errno != EAGAIN)) {
          leave(peer);
          continue;
        }
        if (size > 0) peer->in.append(buffer.data(), size);
        if (!peer->open) greet(peer);
        if (peer->open) read_frames(peer);
      }
    }
  }
}
