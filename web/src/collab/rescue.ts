import type { DeviceStore } from "./deviceStore.ts";

/** A copy of work that the server refused, kept until its author has decided what to do with it. */
export interface RescueCopy {
  /** RFC 3339 time. */
  readonly takenAt: string;
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

function keyOf(place: Place): string {
  return `${place.userId}:rescue:${place.documentId}`;
}

/** Keep a rescue copy on this device, so that closing the page does not lose it; `null` forgets it. */
export async function keepRescue(place: Place, copy: RescueCopy | null): Promise<void> {
  try {
    if (copy) await place.device.put(keyOf(place), copy);
    else await place.device.remove(keyOf(place));
  } catch {
    // Without IndexedDB the copy lives as long as the page, which still offers it for download.
  }
}

export async function keptRescue(place: Place): Promise<RescueCopy | null> {
  try {
    return ((await place.device.get(keyOf(place))) as RescueCopy | undefined) ?? null;
  } catch {
    return null;
  }
}
