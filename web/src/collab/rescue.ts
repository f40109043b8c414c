import * as Y from "yjs";
import type { DeviceStore } from "./deviceStore.ts";

/** A copy of work that the server did not take, kept until its author has decided what to do with it. */
export interface RescueCopy {
  /** RFC 3339 time. */
  readonly takenAt: string;
  /** The document's epoch that it is from. */
  readonly epoch: number;
  /** Why it was not taken: refused, or the document was brought back to an earlier moment meanwhile. */
  readonly cause: "refused" | "restored";
  /** The whole document as this device had it, as a Yjs update. */
  readonly state: Uint8Array;
  /** The keys of the root map that the server had not confirmed. */
  readonly keys: readonly string[];
}

interface Place {
  readonly userId: string;
  readonly documentId: string;
  readonly device: DeviceStore;
}

function prefixOf(place: Place): string {
  return `${place.userId}:rescue:${place.documentId}:`;
}

/**
 * Keep a rescue copy on this device, so that closing the page does not lose it.
 *
 * Copies of one epoch are one document and are merged: two tabs that are refused at the same time keep one copy.
 */
export async function keepRescue(place: Place, copy: RescueCopy): Promise<RescueCopy> {
  const key = prefixOf(place) + String(copy.epoch);
  try {
    const before = (await place.device.get(key)) as RescueCopy | undefined;
    const merged: RescueCopy = before
      ? {
          ...copy,
          state: Y.mergeUpdates([before.state, copy.state]),
          keys: [...new Set([...before.keys, ...copy.keys])],
        }
      : copy;
    await place.device.put(key, merged);
    return merged;
  } catch {
    // Without IndexedDB the copy lives as long as the page, which still offers it for download.
    return copy;
  }
}

export async function forgetRescue(place: Place, copy: RescueCopy): Promise<void> {
  try {
    await place.device.remove(prefixOf(place) + String(copy.epoch));
  } catch {
    // Nothing was kept.
  }
}

/** The rescue copies of a document, the oldest epoch first. */
export async function keptRescues(place: Place): Promise<RescueCopy[]> {
  try {
    const keys = await place.device.keys(prefixOf(place));
    const copies = (await Promise.all(keys.map((key) => place.device.get(key)))) as RescueCopy[];
    return copies.sort((left, right) => left.epoch - right.epoch);
  } catch {
    return [];
  }
}
