import type { BinaryFileData } from "@excalidraw/excalidraw/types";
import type * as Y from "yjs";
import type { BoardElement } from "./element.ts";

/** Why a picture could not be put on the board for good. */
export type UploadRefusal = "too_large" | "unsupported" | "not_allowed";

export class UploadRefused extends Error {
  constructor(readonly reason: UploadRefusal) {
    super(reason);
  }
}

export interface ImagePorts {
  /** Store the bytes on the server. Throws `UploadRefused` when the answer is final, anything else when worth a retry. */
  upload(data: Blob, name: string): Promise<{ url: string; media_type: string }>;
  /** Fetch bytes that somebody else stored. */
  download(url: string): Promise<Blob>;
  /** Keep bytes on this device until they are stored. */
  keep(fileId: string, data: BinaryFileData | null): Promise<void>;
  kept(): Promise<BinaryFileData[]>;
  /** Give the canvas the bytes of pictures. */
  show(files: BinaryFileData[]): void;
  refused(fileId: string, reason: UploadRefusal): void;
  /** How many pictures only this device has. */
  waiting(count: number): void;
}

const MEDIA_TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"]);
const RETRY_MILLISECONDS = 5000;

function toBlob(dataUrl: string): Blob {
  const comma = dataUrl.indexOf(",");
  const head = dataUrl.slice(5, comma);
  const type = head.split(";")[0] ?? "";
  const body = dataUrl.slice(comma + 1);
  if (!head.endsWith(";base64")) return new Blob([decodeURIComponent(body)], { type });
  return new Blob([Uint8Array.from(atob(body), (character) => character.charCodeAt(0))], { type });
}

function toDataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(blob);
  });
}

/** Read an entry of the `files` map. Only our own file addresses count: a board must not make readers call elsewhere. */
export function readFileEntry(value: unknown): { url: string; mediaType: string } | null {
  if (typeof value !== "object" || value === null) return null;
  const { url, media_type: mediaType } = value as Record<string, unknown>;
  if (typeof url !== "string" || !/^\/api\/files\/[\w-]+$/.test(url)) return null;
  return typeof mediaType === "string" && MEDIA_TYPES.has(mediaType) ? { url, mediaType } : null;
}

/** Exchange the bytes of pictures: the document carries only where they are. */
export class ImageExchange {
  private readonly uploading = new Map<string, BinaryFileData>();
  private readonly asked = new Set<string>();
  /** Those that were asked for and did not come. */
  private readonly missed = new Set<string>();
  private readonly have = new Set<string>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly files: Y.Map<unknown>,
    private readonly origin: object,
    private readonly ports: ImagePorts,
  ) {}

  /** Take up pictures that an earlier visit could not store. */
  async begin(): Promise<void> {
    for (const data of await this.ports.kept()) {
      if (this.files.has(data.id)) void this.ports.keep(data.id, null);
      else this.take(data);
    }
  }

  /** The scene changed: store new pictures of our own, fetch those of others. */
  sceneChanged(
    elements: readonly BoardElement[],
    known: Readonly<Record<string, BinaryFileData>>,
    writable: boolean,
  ): void {
    for (const element of elements) {
      if (element.type !== "image" || element.isDeleted || !element.fileId) continue;
      const id = element.fileId as string;
      const data = known[id];
      if (data) this.have.add(id);
      if (data && writable && !this.files.has(id) && !this.uploading.has(id)) this.take(data);
      else if (!data && this.files.has(id)) void this.fetch(id);
    }
  }

  /** The network is back. */
  retryNow(): void {
    clearTimeout(this.retry);
    for (const data of this.uploading.values()) void this.store(data);
    this.asked.clear();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
  }

  private take(data: BinaryFileData): void {
    this.uploading.set(data.id, data);
    if (!this.have.has(data.id)) this.ports.show([data]);
    this.have.add(data.id);
    this.ports.waiting(this.uploading.size);
    void this.ports.keep(data.id, data).finally(() => this.store(data));
  }

  private readonly inFlight = new Set<string>();

  private async store(data: BinaryFileData): Promise<void> {
    if (this.closed || this.inFlight.has(data.id) || !this.uploading.has(data.id)) return;
    this.inFlight.add(data.id);
    try {
      const { url, media_type } = await this.ports.upload(toBlob(data.dataURL), data.id);
      this.files.doc?.transact(() => this.files.set(data.id, { url, media_type }), this.origin);
      this.done(data.id);
    } catch (error) {
      if (error instanceof UploadRefused) {
        this.done(data.id);
        this.ports.refused(data.id, error.reason);
      } else {
        this.later();
      }
    } finally {
      this.inFlight.delete(data.id);
    }
  }

  private done(id: string): void {
    this.uploading.delete(id);
    void this.ports.keep(id, null);
    if (!this.closed) this.ports.waiting(this.uploading.size);
  }

  private async fetch(id: string): Promise<void> {
    const entry = readFileEntry(this.files.get(id));
    if (!entry || this.asked.has(id) || this.have.has(id)) return;
    this.asked.add(id);
    try {
      const blob = await this.ports.download(entry.url);
      const dataURL = await toDataUrl(new Blob([blob], { type: entry.mediaType }));
      if (this.closed) return;
      this.have.add(id);
      this.ports.show([{ id, dataURL, mimeType: entry.mediaType, created: Date.now() } as BinaryFileData]);
    } catch {
      this.missed.add(id);
      this.later();
    }
  }

  private later(): void {
    if (this.closed) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      for (const id of this.missed) this.asked.delete(id);
      this.missed.clear();
      for (const data of this.uploading.values()) void this.store(data);
      for (const id of this.files.keys()) if (!this.have.has(id)) void this.fetch(id);
    }, RETRY_MILLISECONDS);
  }
}
