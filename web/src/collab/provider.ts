import { HocuspocusProvider, HocuspocusProviderWebsocket, WebSocketStatus } from "@hocuspocus/provider";

/** First wait after a lost connection; the spread keeps a whole class from returning in one moment. */
function reconnectDelayMilliseconds(): number {
  return 300 + Math.floor(Math.random() * 1200);
}

/**
 * The stock socket, minus its queue.
 *
 * The stock socket keeps messages while it is down and sends them after the reconnect. The reconnect handshake
 * (SyncStep2) carries the same edits again, so each is acknowledged twice and "saved" would be shown before the
 * handshake is committed. Everything a provider needs to say, it says anew on open; nothing has to wait here.
 */
export class ClassroomSocket extends HocuspocusProviderWebsocket {
  constructor(url: string) {
    super({ url, autoConnect: false, delay: reconnectDelayMilliseconds(), minDelay: 300, maxDelay: 8000 });
  }

  override send(message: unknown): void {
    if (this.webSocket?.readyState === WebSocket.OPEN) super.send(message);
  }

  /** Try at once instead of at the next planned attempt: the device says the network is back. */
  retryNow(): void {
    if (this.status !== WebSocketStatus.Connected) void this.connect();
  }

  /** Notice at once that the network is gone, without waiting for the silence to become suspicious. */
  linkLost(): void {
    // Attempts without a network only fill the console; `retryNow` begins again.
    this.disconnect();
    if (this.webSocket) this.onClose({ event: { code: 1006, reason: "offline" } });
  }
}

/**
 * The stock provider, silent until its handshake has begun.
 *
 * Between the socket's opening and SyncStep1 the stock provider waits for a token and meanwhile would send edits
 * on a connection that is not authenticated; the handshake then resets its counter and counts their
 * acknowledgements twice. The handshake carries those edits, so they are only counted here.
 */
export class DocumentProvider extends HocuspocusProvider {
  private handshakeBegun = false;
  private opening = 0;

  override async onOpen(event: Event): Promise<void> {
    const opening = ++this.opening;
    this.handshakeBegun = false;
    try {
      // Fetched first, so that the stock code below finds it at hand and a socket that was
      // replaced in the meantime is not greeted with another one's handshake.
      await this.getToken();
    } catch {
      // The stock code asks again and reports the failure.
    }
    if (opening === this.opening) await super.onOpen(event);
  }

  override startSync(): void {
    this.handshakeBegun = true;
    super.startSync();
  }

  override onClose(): void {
    this.opening += 1;
    this.handshakeBegun = false;
    const others = [...(this.awareness?.getStates().keys() ?? [])].filter(
      (id) => id !== this.document.clientID,
    );
    super.onClose();
    // Awareness remembers how new the forgotten states were and would not take the same ones again after a
    // reconnect: people who sit still would stay invisible.
    for (const id of others) this.awareness?.meta.delete(id);
  }

  override documentUpdateHandler(update: Uint8Array, origin: unknown): void {
    if (this.handshakeBegun || origin === this) super.documentUpdateHandler(update, origin);
    else this.incrementUnsyncedChanges();
  }

  override awarenessUpdateHandler(
    changes: { added: number[]; updated: number[]; removed: number[] },
    origin: unknown,
  ): void {
    if (this.handshakeBegun) super.awarenessUpdateHandler(changes, origin);
  }
}
