import type { FetchBytes, OpenPdf } from "./openPdf.ts";

/** A file stays open a while longer: turning a page closes one view of it and opens the next. */
const LINGER_MILLISECONDS = 10_000;

interface Entry {
  readonly opened: Promise<OpenPdf>;
  users: number;
  closing: ReturnType<typeof setTimeout> | undefined;
}

const entries = new Map<string, Entry>();

/** Use the PDF at an address; several views of it share one. pdf.js is loaded with the first. Give it back with `releasePdf`. */
export function acquirePdf(address: string, fetchBytes: FetchBytes): Promise<OpenPdf> {
  let entry = entries.get(address);
  if (!entry) {
    const opened = import("./openPdf.ts").then(({ openPdf }) => openPdf(address, fetchBytes));
    entry = { opened, users: 0, closing: undefined };
    entries.set(address, entry);
  }
  clearTimeout(entry.closing);
  entry.users += 1;
  return entry.opened;
}

export function releasePdf(address: string): void {
  const entry = entries.get(address);
  if (!entry) return;
  entry.users -= 1;
  if (entry.users > 0) return;
  entry.closing = setTimeout(() => {
    entries.delete(address);
    void entry.opened.then((pdf) => pdf.close()).catch(() => undefined);
  }, LINGER_MILLISECONDS);
}

/** A file could not be read: the next view tries anew. */
export function forgetPdf(address: string): void {
  entries.delete(address);
}
