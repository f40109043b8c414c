import { MessageType } from "@hocuspocus/provider";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { readSyncMessage, writeSyncStep1 } from "y-protocols/sync";
import * as Y from "yjs";

/** A server in a drawer: speaks Hocuspocus, and commits only when the test tells it to. */
export class PaperServer {
  document = new Y.Doc();
  /** The document's epoch; a client that names another one is refused. */
  epoch = 1;
  /** The tokens that were shown, oldest first. */
  readonly tokens: string[] = [];
  readonly received: { type: number; sync: number | null }[] = [];
  sockets: PaperSocket[] = [];
  reachable = true;
  scope = "read-write";
  /** Acknowledgements held back, oldest first. */
  private readonly owed: (() => void)[] = [];

  constructor(readonly name: string) {}

  commit(count = this.owed.length): void {
    for (const pay of this.owed.splice(0, count)) pay();
  }

  take(socket: PaperSocket, data: Uint8Array): void {
    const decoder = decoding.createDecoder(data);
    decoding.readVarString(decoder);
    const type = decoding.readVarUint(decoder);
    if (type === (MessageType.Auth as number)) {
      this.received.push({ type, sync: null });
      decoding.readVarUint(decoder);
      const token = decoding.readVarString(decoder);
      this.tokens.push(token);
      const epoch = /;epoch=(\d+)$/.exec(token)?.[1];
      if (epoch !== undefined && Number(epoch) !== this.epoch) {
        this.deny(socket, "stale_epoch");
        return;
      }
      socket.say(
        this.message(MessageType.Stateless, (encoder) =>
          encoding.writeVarString(encoder, JSON.stringify({ epoch: this.epoch })),
        ),
      );
      socket.say(
        this.message(MessageType.Auth, (encoder) => {
          encoding.writeVarUint(encoder, 2);
          encoding.writeVarString(encoder, this.scope);
        }),
      );
    } else if (type === (MessageType.Sync as number)) {
      const reply = encoding.createEncoder();
      encoding.writeVarString(reply, this.name);
      encoding.writeVarUint(reply, MessageType.Sync);
      const before = encoding.length(reply);
      const sync = readSyncMessage(decoder, reply, this.document, this);
      this.received.push({ type, sync });
      if (encoding.length(reply) > before) {
        socket.say(encoding.toUint8Array(reply));
        socket.say(this.message(MessageType.Sync, (encoder) => writeSyncStep1(encoder, this.document)));
      } else {
        this.owed.push(() =>
          socket.say(this.message(MessageType.SyncStatus, (encoder) => encoding.writeVarInt(encoder, 1))),
        );
      }
    }
  }

  /** Bring another content back: the next epoch begins, and open sessions end. */
  restore(content: Y.Doc): void {
    this.document = content;
    this.epoch += 1;
    this.owed.length = 0;
    for (const socket of this.sockets) this.deny(socket, "stale_epoch");
  }

  drop(): void {
    for (const socket of this.sockets.splice(0)) socket.dropped();
    this.owed.length = 0;
  }

  private deny(socket: PaperSocket, reason: string): void {
    socket.say(
      this.message(MessageType.Auth, (encoder) => {
        encoding.writeVarUint(encoder, 1);
        encoding.writeVarString(encoder, reason);
      }),
    );
  }

  private message(type: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeVarString(encoder, this.name);
    encoding.writeVarUint(encoder, type);
    write(encoder);
    return encoding.toUint8Array(encoder);
  }
}

/** The part of WebSocket that the provider uses. */
export class PaperSocket extends EventTarget {
  readyState = 0;
  binaryType = "blob";

  constructor(private readonly server: PaperServer) {
    super();
    setTimeout(() => {
      if (!server.reachable) {
        this.dropped();
        return;
      }
      this.readyState = 1;
      server.sockets.push(this);
      this.dispatchEvent(new Event("open"));
    }, 0);
  }

  send(data: Uint8Array): void {
    const copy = data.slice();
    setTimeout(() => this.readyState === 1 && this.server.take(this, copy), 0);
  }

  say(data: Uint8Array): void {
    setTimeout(() => {
      if (this.readyState === 1)
        this.dispatchEvent(new MessageEvent("message", { data: data.slice().buffer }));
    }, 0);
  }

  close(): void {
    this.dropped();
  }

  dropped(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code: 1006, reason: "" }));
  }
}
