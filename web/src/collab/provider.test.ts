import { afterEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { PaperServer, PaperSocket } from "../../tests/paperSocket.ts";
import { ClassroomSocket, DocumentProvider } from "./provider.ts";

const NAME = "board";
const closing: (() => void)[] = [];

afterEach(() => {
  closing.splice(0).forEach((close) => close());
});

function connect(server: PaperServer, token: () => Promise<string> = () => Promise.resolve("token")) {
  const socket = new ClassroomSocket("ws://paper.test/hocuspocus");
  socket.setConfiguration({
    ...socket.configuration,
    WebSocketPolyfill: function WebSocketOnPaper() {
      return new PaperSocket(server);
    },
    delay: 1,
    minDelay: 0,
    autoConnect: true,
  });
  const document = new Y.Doc();
  const provider = new DocumentProvider({ name: NAME, document, websocketProvider: socket, token });
  closing.push(() => {
    provider.destroy();
    socket.destroy();
  });
  provider.attach();
  void socket.connect();
  const elements = document.getMap<number>("elements");
  return { socket, provider, elements, document };
}

/** A SyncStep2 or an update: what the server owes an acknowledgement for. */
const edits = (server: PaperServer) => server.received.filter(({ sync }) => sync === 1 || sync === 2);

describe("unacknowledged changes", () => {
  it("reach zero only when the server has committed the last of them", async () => {
    const server = new PaperServer(NAME);
    const { provider, elements } = connect(server);
    await vi.waitFor(() => expect(edits(server)).toHaveLength(1));
    server.commit();
    await vi.waitFor(() => expect(provider.unsyncedChanges).toBe(0));
    elements.set("a", 1);
    elements.set("b", 2);
    await vi.waitFor(() => expect(edits(server)).toHaveLength(3));
    server.commit(1);
    await vi.waitFor(() => expect(provider.unsyncedChanges).toBe(1));
    server.commit();
    await vi.waitFor(() => expect(provider.unsyncedChanges).toBe(0));
  });

  it("are carried once by the handshake after an outage, and are not called saved before it is committed", async () => {
    const server = new PaperServer(NAME);
    const { provider, elements } = connect(server);
    await vi.waitFor(() => expect(edits(server)).toHaveLength(1));
    server.commit();
    await vi.waitFor(() => expect(provider.unsyncedChanges).toBe(0));

    server.reachable = false;
    server.drop();
    for (let change = 0; change < 5; change++) elements.set(`offline-${change}`, change);
    expect(provider.unsyncedChanges).toBe(5);
    server.received.length = 0;
    server.reachable = true;

    await vi.waitFor(() => expect(edits(server)).toHaveLength(1), { timeout: 4000 });
    expect(edits(server)[0]?.sync).toBe(1);
    expect(server.document.getMap("elements").size).toBe(5);
    expect(provider.unsyncedChanges).toBe(1);
    server.commit();
    await vi.waitFor(() => expect(provider.unsyncedChanges).toBe(0));
  });

  it("made while the token is being fetched wait for the handshake", async () => {
    const server = new PaperServer(NAME);
    let hand: (token: string) => void = () => undefined;
    const { provider, elements, socket } = connect(server, () => new Promise((resolve) => (hand = resolve)));
    await vi.waitFor(() => expect(socket.webSocket?.readyState).toBe(1));
    elements.set("early", 1);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(server.received).toEqual([]);
    const feeding = setInterval(() => hand("token"), 1);
    await vi.waitFor(() => expect(edits(server)).toHaveLength(1));
    clearInterval(feeding);
    expect(server.received[0]?.sync).toBe(null);
    expect(server.document.getMap("elements").get("early")).toBe(1);
    server.commit();
    await vi.waitFor(() => expect(provider.unsyncedChanges).toBe(0));
  });
});
