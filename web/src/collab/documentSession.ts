import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { DeviceCopy, forgetCopies, newestCopy, wholeState } from "./deviceCopy.ts";
import {
  recallUnsaved,
  recallWaiting,
  rememberUnsaved,
  rememberWaiting,
  type DeviceStore,
} from "./deviceStore.ts";
import { Observable } from "./observable.ts";
import { DocumentProvider, type ClassroomSocket } from "./provider.ts";
import { forgetRescue, keepRescue, keptRescues, type RescueCopy } from "./rescue.ts";
import { askUntil } from "./returning.ts";
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
  /** The first of the rescue copies that wait for a decision. */
  readonly rescue: RescueCopy | null;
  /** How often the document was brought back to an earlier moment while it was open here. */
  readonly restores?: number;
}

const RETRY_MILLISECONDS = 3000;
/** The server's reason when an administrator has sent this person out. */
const ENDED_BY_ADMINISTRATOR = "ended_by_administrator";
/** The server's reason when the document has begun a new epoch: this copy is from before. */
const STALE_EPOCH = "stale_epoch";
/** Rebuilt this often without an acknowledged handshake in between: stop and say so. */
const MOST_REBUILDS = 3;

/** Keep one document of one person in step with the server and with this device. */
export class DocumentSession {
  readonly view: Observable<SessionView>;
  private facts: SaveFacts;
  private document = new Y.Doc();
  private provider: DocumentProvider | null = null;
  private copy: DeviceCopy | null = null;
  /** The document's epoch that `document` is of; null until this device has a copy or the server has told it. */
  private epoch: number | null = null;
  private number = 0;
  private restores = 0;
  private rebuilds = 0;
  private tokenRenewed = false;
  private ready = false;
  private closed = false;
  private rescues: RescueCopy[] | null = null;
  private readonly unsaved: Set<string>;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private stopAsking: () => void = () => undefined;

  constructor(private readonly options: DocumentSessionOptions) {
    this.facts = {
      link: navigator.onLine ? "connecting" : "offline",
      scope: undefined,
      unacknowledged: 0,
      waiting: recallWaiting(options.userId, options.documentId),
      uploads: 0,
      verdict: "none",
    };
    this.unsaved = new Set(recallUnsaved(options.userId, options.documentId));
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
    const done = this.rescues?.shift();
    this.publish();
    if (done) await forgetRescue(this.options, done);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.stopAsking();
    window.removeEventListener("online", this.onOnline);
    window.removeEventListener("offline", this.onOffline);
    window.removeEventListener("pageshow", this.onPageShow);
    this.release();
    if (this.options.socket.configuration.providerMap.size === 0) this.options.socket.disconnect();
  }

  private async begin(): Promise<void> {
    const { documentId, userId } = this.options;
    const document = this.document;
    this.rescues ??= await keptRescues(this.options);
    try {
      const epoch = await newestCopy(userId, documentId);
      if (epoch !== null) {
        this.epoch = epoch;
        await this.keepCopy(document, epoch);
      }
    } catch {
      // Private windows may forbid IndexedDB: the board works, only without a copy on this device.
    }
    if (this.closed || document !== this.document) return;
    this.ready = document.getMap(this.options.root).size > 0;
    document.on("afterTransaction", this.onTransaction);
    this.connect(document);
  }

  private async keepCopy(document: Y.Doc, epoch: number): Promise<void> {
    const { documentId, userId } = this.options;
    const copy = await DeviceCopy.open({ userId, documentId, epoch }, document, () => {
      if (this.copy !== copy) return;
      this.copy = null;
      this.publish();
    });
    if (this.closed || document !== this.document) copy.close();
    else this.copy = copy;
  }

  /** The epoch travels behind the token, so that a copy of another one is refused before anything is merged. */
  private async token(): Promise<string> {
    const token = await this.options.token();
    return this.epoch === null ? token : `${token};epoch=${this.epoch}`;
  }

  /** The server tells the document's epoch before anything of its content. */
  private onStateless(payload: string): void {
    const epoch = epochIn(payload);
    if (epoch === null || epoch === this.epoch) return;
    if (this.epoch !== null) {
      void this.onRefused(STALE_EPOCH);
      return;
    }
    this.epoch = epoch;
    this.keepCopy(this.document, epoch).then(
      () => this.publish(),
      () => undefined,
    );
  }

  private connect(document: Y.Doc): void {
    const { socket } = this.options;
    const provider = new DocumentProvider({
      name: this.options.documentId,
      document,
      websocketProvider: socket,
      token: () => this.token(),
    });
    this.provider = provider;
    this.number += 1;
    provider.on("status", ({ status }: { status: string }) => this.onStatus(status));
    provider.on("authenticated", ({ scope }: { scope: SaveFacts["scope"] }) => this.onAuthenticated(scope));
    provider.on("authenticationFailed", ({ reason }: { reason: string }) => void this.onRefused(reason));
    provider.on("stateless", ({ payload }: { payload: string }) => this.onStateless(payload));
    provider.on("synced", () => this.onSynced());
    provider.on("unsyncedChanges", ({ number }: { number: number }) => this.onUnsynced(number));
    provider.attach();
    void socket.connect();
    this.publish();
  }

  private readonly onTransaction = (transaction: Y.Transaction): void => {
    if (!transaction.local || this.copy?.isOrigin(transaction.origin)) return;
    if (transaction.changed.size === 0) return;
    const root: unknown = transaction.doc.getMap(this.options.root);
    for (const [type, keys] of transaction.changed) {
      if (type === root) this.markUnsaved(keys);
    }
    this.update({ waiting: this.facts.waiting + 1 });
  };

  private markUnsaved(keys: Iterable<string | null>): void {
    const added = [...keys].filter((key): key is string => key !== null && !this.unsaved.has(key));
    if (added.length === 0) return;
    added.forEach((key) => this.unsaved.add(key));
    rememberUnsaved(this.options.userId, this.options.documentId, { add: added });
  }

  private nothingUnsaved(): void {
    if (this.unsaved.size === 0) return;
    rememberUnsaved(this.options.userId, this.options.documentId, { remove: this.unsaved });
    this.unsaved.clear();
  }

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
      this.nothingUnsaved();
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
    if (reason === STALE_EPOCH) {
      // Nothing was taken from this person, so nobody is asked: the server has the board as it was brought back.
      await this.rebuild(lostWork, "restored");
      return;
    }
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
      await this.dropCopy(lostWork, "refused");
      this.update({ verdict: "gone" });
      this.waitForReturn();
    } else if (
      !lostWork &&
      !this.tokenRenewed &&
      !/write|changes|edit|author|update|client_id/i.test(reason)
    ) {
      // The access is there, so it was the token: one fresh one, then give up.
      this.tokenRenewed = true;
      await this.options.token({ renew: true }).catch(() => undefined);
      this.reattach(provider);
    } else {
      await this.rebuild(lostWork, "refused");
    }
  }

  /** A board that was taken away may be given back: then it opens by itself. */
  private waitForReturn(): void {
    if (this.closed) return;
    this.stopAsking();
    this.stopAsking = askUntil(async () => {
      const answer = await this.options.askAccess();
      if (this.closed || (answer !== "read" && answer !== "write")) return false;
      this.facts = { ...this.facts, verdict: "none" };
      this.rebuilds = 0;
      await this.startAnew();
      return true;
    });
  }

  private reattach(provider: DocumentProvider): void {
    if (this.closed || provider !== this.provider) return;
    provider.attach();
    this.options.socket.retryNow();
  }

  private async rebuild(lostWork: boolean, cause: RescueCopy["cause"]): Promise<void> {
    this.rebuilds += 1;
    const seen = this.ready;
    await this.dropCopy(lostWork, cause);
    if (this.closed) return;
    if (cause === "restored" && seen) this.restores += 1;
    if (this.rebuilds > MOST_REBUILDS) {
      this.update({ verdict: "refused" });
      return;
    }
    await this.startAnew();
  }

  private async startAnew(): Promise<void> {
    this.document = new Y.Doc();
    this.ready = false;
    this.update({ scope: undefined, unacknowledged: 0, link: "connecting" });
    await this.begin();
  }

  /** Put the local copy away as a rescue copy if it holds work nobody else has, and forget it. */
  private async dropCopy(lostWork: boolean, cause: RescueCopy["cause"]): Promise<void> {
    const { userId, documentId } = this.options;
    const place = { userId, documentId, epoch: this.epoch ?? 1 };
    const document = this.document;
    const keys = [...this.unsaved];
    this.provider?.detach();
    if (lostWork) {
      const copy = await keepRescue(this.options, {
        takenAt: new Date().toISOString(),
        epoch: place.epoch,
        cause,
        state: await wholeState(place, document),
        keys,
      });
      const others = (this.rescues ?? []).filter(({ epoch }) => epoch !== copy.epoch);
      this.rescues = [...others, copy];
    }
    this.nothingUnsaved();
    this.release();
    await forgetCopies(place);
    this.epoch = null;
    this.update({ waiting: 0 });
  }

  private release(): void {
    this.document.off("afterTransaction", this.onTransaction);
    this.provider?.destroy();
    this.provider = null;
    this.copy?.close();
    this.copy = null;
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
      keptOnDevice: this.copy !== null,
      rescue: this.rescues?.[0] ?? null,
      restores: this.restores,
    };
  }
}

/** The epoch that a stateless message tells; null where it tells something else. */
function epochIn(payload: string): number | null {
  try {
    const told = (JSON.parse(payload) as { epoch?: unknown } | null)?.epoch;
    return typeof told === "number" && Number.isInteger(told) ? told : null;
  } catch {
    return null;
  }
}
