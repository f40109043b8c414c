import { IndexeddbPersistence } from "y-indexeddb";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import {
  boardDatabase,
  deleteDatabase,
  recallWaiting,
  rememberWaiting,
  type DeviceStore,
} from "./deviceStore.ts";
import { Observable } from "./observable.ts";
import { DocumentProvider, type ClassroomSocket } from "./provider.ts";
import { keepRescue, keptRescue, type RescueCopy } from "./rescue.ts";
import { saveStateOf, type SaveFacts, type SaveState } from "./saveState.ts";

/** What the server answers when asked, outside the socket, what this person may do with the document. */
export type AccessAnswer = "write" | "read" | "gone" | "signedOut" | "unreachable";

export interface DocumentSessionOptions {
  readonly documentId: string;
  readonly userId: string;
  readonly socket: ClassroomSocket;
  /** A valid access token; rejects when signed out or when the server cannot be reached. */
  readonly token: (options?: { renew: boolean }) => Promise<string>;
  readonly askAccess: () => Promise<AccessAnswer>;
  readonly device: DeviceStore;
  /** The Y.Map whose keys name the things a rescue copy may have to bring back. */
  readonly root: string;
}

/** One incarnation of the document: replaced as a whole when the local copy has to be rebuilt. */
export interface Incarnation {
  readonly number: number;
  readonly document: Y.Doc;
  readonly awareness: Awareness;
}

export interface SessionView {
  readonly incarnation: Incarnation | null;
  /** There is something true to show: the server's state, or this device's copy of it. */
  readonly ready: boolean;
  readonly scope: SaveFacts["scope"];
  readonly save: SaveState;
  readonly keptOnDevice: boolean;
  readonly rescue: RescueCopy | null;
}

const RETRY_MILLISECONDS = 3000;
/** The server's reason when an administrator has sent this person out. */
const ENDED_BY_ADMINISTRATOR = "ended_by_administrator";
/** Rebuilt this often without an acknowledged handshake in between: stop and say so. */
const MOST_REBUILDS = 3;

/** Keep one document of one person in step with the server and with this device. */
export class DocumentSession {
  readonly view: Observable<SessionView>;
  private facts: SaveFacts;
  private document = new Y.Doc();
  private provider: DocumentProvider | null = null;
  private persistence: IndexeddbPersistence | null = null;
  private number = 0;
  private rebuilds = 0;
  private tokenRenewed = false;
  private ready = false;
  private closed = false;
  private rescue: RescueCopy | null = null;
  private readonly unsaved = new Set<string>();
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: DocumentSessionOptions) {
    this.facts = {
      link: navigator.onLine ? "connecting" : "offline",
      scope: undefined,
      unacknowledged: 0,
      waiting: recallWaiting(options.userId, options.documentId),
      uploads: 0,
      verdict: "none",
    };
    this.view = new Observable(this.snapshot());
    window.addEventListener("online", this.onOnline);
    window.addEventListener("offline", this.onOffline);
    window.addEventListener("pageshow", this.onPageShow);
    void this.begin();
  }

  /** Count pictures that only this device has, so that "saved" waits for them too. */
  reportUploads(uploads: number): void {
    this.update({ uploads });
  }

  /** The person has what they wanted of the rescue copy. */
  async dismissRescue(): Promise<void> {
    this.rescue = null;
    this.publish();
    await keepRescue(this.options, null);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    window.removeEventListener("online", this.onOnline);
    window.removeEventListener("offline", this.onOffline);
    window.removeEventListener("pageshow", this.onPageShow);
    this.release();
    if (this.options.socket.configuration.providerMap.size === 0) this.options.socket.disconnect();
  }

  private async begin(): Promise<void> {
    const { documentId, userId } = this.options;
    const document = this.document;
    this.rescue ??= await keptRescue(this.options);
    try {
      const persistence = new IndexeddbPersistence(boardDatabase(userId, documentId), document);
      this.persistence = persistence;
      await persistence.whenSynced;
    } catch {
      // Private windows may forbid IndexedDB: the board works, only without a copy on this device.
      this.persistence = null;
    }
    if (this.closed || document !== this.document) return;
    this.ready = document.getMap(this.options.root).size > 0;
    document.on("afterTransaction", this.onTransaction);
    this.connect(document);
  }

  private connect(document: Y.Doc): void {
    const { socket } = this.options;
    const provider = new DocumentProvider({
      name: this.options.documentId,
      document,
      websocketProvider: socket,
      token: () => this.options.token(),
    });
    this.provider = provider;
    this.number += 1;
    provider.on("status", ({ status }: { status: string }) => this.onStatus(status));
    provider.on("authenticated", ({ scope }: { scope: SaveFacts["scope"] }) => this.onAuthenticated(scope));
    provider.on("authenticationFailed", ({ reason }: { reason: string }) => void this.onRefused(reason));
    provider.on("synced", () => this.onSynced());
    provider.on("unsyncedChanges", ({ number }: { number: number }) => this.onUnsynced(number));
    provider.attach();
    void socket.connect();
    this.publish();
  }

  private readonly onTransaction = (transaction: Y.Transaction): void => {
    if (!transaction.local || transaction.origin === this.persistence) return;
    if (transaction.changed.size === 0) return;
    const root: unknown = transaction.doc.getMap(this.options.root);
    for (const [type, keys] of transaction.changed) {
      if (type === root) keys.forEach((key) => key !== null && this.unsaved.add(key));
    }
    this.update({ waiting: this.facts.waiting + 1 });
  };

  private onStatus(status: string): void {
    if (status === "connected") return;
    if (status === "connecting" && this.facts.link === "offline") return;
    this.update({ link: status === "connecting" ? "connecting" : "offline" });
  }

  private onAuthenticated(scope: SaveFacts["scope"]): void {
    this.tokenRenewed = false;
    this.update({ link: "online", scope });
  }

  private onSynced(): void {
    this.ready = true;
    this.publish();
  }

  private onUnsynced(number: number): void {
    const acknowledged = number === 0 && this.facts.link === "online";
    if (acknowledged) {
      this.unsaved.clear();
      this.rebuilds = 0;
    }
    this.update({ unacknowledged: number, ...(acknowledged ? { waiting: 0 } : {}) });
  }

  /** The server's refusal is final for this connection: find out why, and do what the reason asks for. */
  private async onRefused(reason: string): Promise<void> {
    const provider = this.provider;
    if (!provider || this.closed) return;
    const lostWork = this.facts.waiting > 0;
    provider.detach();
    if (reason === ENDED_BY_ADMINISTRATOR) {
      // Nothing is wrong with this copy: it stays, and is sent when the person opens the document again.
      this.update({ verdict: "ended" });
      return;
    }
    const answer = await this.options.askAccess();
    if (provider !== this.provider) return;
    if (answer === "unreachable") {
      this.update({ link: "offline" });
      this.retry = setTimeout(() => this.reattach(provider), RETRY_MILLISECONDS * (1 + Math.random()));
    } else if (answer === "signedOut") {
      this.update({ verdict: "signedOut" });
    } else if (answer === "gone") {
      await this.dropCopy(lostWork);
      this.update({ verdict: "gone" });
    } else if (
      !lostWork &&
      !this.tokenRenewed &&
      !/write|changes|edit|author|update|epoch|client_id/i.test(reason)
    ) {
      // The access is there, so it was the token: one fresh one, then give up.
      this.tokenRenewed = true;
      await this.options.token({ renew: true }).catch(() => undefined);
      this.reattach(provider);
    } else {
      await this.rebuild(lostWork);
    }
  }

  private reattach(provider: DocumentProvider): void {
    if (this.closed || provider !== this.provider) return;
    provider.attach();
    this.options.socket.retryNow();
  }

  private async rebuild(lostWork: boolean): Promise<void> {
    this.rebuilds += 1;
    await this.dropCopy(lostWork);
    if (this.closed) return;
    if (this.rebuilds > MOST_REBUILDS) {
      this.update({ verdict: "refused" });
      return;
    }
    this.document = new Y.Doc();
    this.ready = false;
    this.update({ scope: undefined, unacknowledged: 0, link: "connecting" });
    await this.begin();
  }

  /** Put the local copy away as a rescue copy if it holds work nobody else has, and forget it. */
  private async dropCopy(lostWork: boolean): Promise<void> {
    if (lostWork) {
      this.rescue = {
        takenAt: new Date().toISOString(),
        state: Y.encodeStateAsUpdate(this.document),
        keys: [...this.unsaved],
      };
      await keepRescue(this.options, this.rescue);
    }
    this.unsaved.clear();
    this.release();
    await deleteDatabase(boardDatabase(this.options.userId, this.options.documentId));
    this.update({ waiting: 0 });
  }

  private release(): void {
    this.document.off("afterTransaction", this.onTransaction);
    this.provider?.destroy();
    this.provider = null;
    void this.persistence?.destroy();
    this.persistence = null;
    this.document.destroy();
  }

  private readonly onOnline = (): void => this.options.socket.retryNow();

  private readonly onOffline = (): void => {
    this.options.socket.linkLost();
    this.update({ link: "offline" });
  };

  /** Back from the browser's page cache: the provider took our presence away when the page was hidden. */
  private readonly onPageShow = (event: PageTransitionEvent): void => {
    if (event.persisted) this.provider?.awareness?.setLocalState({});
  };

  private update(change: Partial<SaveFacts>): void {
    this.facts = { ...this.facts, ...change };
    if (change.waiting !== undefined) {
      rememberWaiting(this.options.userId, this.options.documentId, change.waiting);
    }
    this.publish();
  }

  private publish(): void {
    this.view.set(this.snapshot());
  }

  private snapshot(): SessionView {
    const awareness = this.provider?.awareness;
    const before = (this as { view?: Observable<SessionView> }).view?.get();
    const same = before?.incarnation?.number === this.number ? before.incarnation : null;
    return {
      incarnation: awareness ? (same ?? { number: this.number, document: this.document, awareness }) : null,
      ready: this.ready,
      scope: this.facts.scope,
      save: saveStateOf(this.facts),
      keptOnDevice: this.persistence !== null,
      rescue: this.rescue,
    };
  }
}
