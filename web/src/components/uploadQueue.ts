import { Stopped } from "@/api/upload.ts";
import { Observable } from "@/collab/observable.ts";

/** One file that somebody has chosen, on its way. What has arrived is no longer in the list. */
export interface FileUpload {
  readonly id: number;
  readonly file: File;
  /** From 0 to 1. */
  readonly share: number;
  readonly state: "waiting" | "sending" | "failed";
  readonly error?: unknown;
}

export type Send = (file: File, progress: (share: number) => void, signal: AbortSignal) => Promise<unknown>;

/** Sends files one after the other. One that fails stays in the list until it is tried again or put away; the others go on. */
export class UploadQueue {
  readonly uploads = new Observable<readonly FileUpload[]>([]);
  private count = 0;
  private current: { readonly id: number; readonly abort: AbortController } | null = null;

  constructor(private send: Send) {}

  /** What is sent from now on is sent like this. */
  sendWith(send: Send): void {
    this.send = send;
  }

  add(files: Iterable<File>): void {
    const more = Array.from(files, (file): FileUpload => ({
      id: ++this.count,
      file,
      share: 0,
      state: "waiting",
    }));
    this.uploads.set([...this.uploads.get(), ...more]);
    void this.goOn();
  }

  /** Break an upload off, or put away one that waits or has failed. */
  stop(id: number): void {
    if (this.current?.id === id) this.current.abort.abort();
    else this.drop(id);
  }

  again(id: number): void {
    this.change(id, { state: "waiting", share: 0, error: undefined });
    void this.goOn();
  }

  /** Break everything off. */
  close(): void {
    this.uploads.set([]);
    this.current?.abort.abort();
  }

  private async goOn(): Promise<void> {
    const next = this.uploads.get().find(({ state }) => state === "waiting");
    if (this.current || !next) return;
    const { id, file } = next;
    const abort = new AbortController();
    this.current = { id, abort };
    this.change(id, { state: "sending" });
    try {
      await this.send(file, (share) => this.change(id, { share }), abort.signal);
      this.drop(id);
    } catch (error) {
      if (error instanceof Stopped) this.drop(id);
      else this.change(id, { state: "failed", error });
    } finally {
      this.current = null;
    }
    await this.goOn();
  }

  private change(id: number, news: Partial<FileUpload>): void {
    this.uploads.set(this.uploads.get().map((one) => (one.id === id ? { ...one, ...news } : one)));
  }

  private drop(id: number): void {
    this.uploads.set(this.uploads.get().filter((one) => one.id !== id));
  }
}
