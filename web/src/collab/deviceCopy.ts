import { IndexeddbPersistence } from "y-indexeddb";
import * as Y from "yjs";
import { boardDatabase, copiesOf, deleteDatabase } from "./deviceStore.ts";

/** Whose copy of which document, and from which epoch of it (docs/decisions/0021). */
export interface CopyPlace {
  readonly userId: string;
  readonly documentId: string;
  readonly epoch: number;
}

/**
 * A document's copy on this device.
 *
 * Each epoch has a database of its own, so that a copy can never be without its epoch, and a tab that is still
 * on an old one cannot write into the new one.
 */
export class DeviceCopy {
  private constructor(
    private readonly persistence: IndexeddbPersistence,
    private readonly lost: () => void,
  ) {
    // Another tab has given this copy up. The stock store would only close, and then throw at the next edit.
    if (persistence.db) persistence.db.onversionchange = () => this.giveUp();
  }

  /** Load what is kept into the document, and keep it from now on. Rejects where nothing may be kept. */
  static async open(place: CopyPlace, document: Y.Doc, lost: () => void): Promise<DeviceCopy> {
    const persistence = new IndexeddbPersistence(boardDatabase(place), document);
    await persistence.whenSynced;
    return new DeviceCopy(persistence, lost);
  }

  /** Whether a transaction only loads what was kept. */
  isOrigin(origin: unknown): boolean {
    return origin === this.persistence;
  }

  close(): void {
    void this.persistence.destroy();
  }

  private giveUp(): void {
    this.close();
    this.lost();
  }
}

/** The newest epoch that this device has a copy of; null where it has none. Rejects where nothing may be kept. */
export async function newestCopy(userId: string, documentId: string): Promise<number | null> {
  const epochs = await copiesOf(userId, documentId);
  return epochs.length > 0 ? Math.max(...epochs) : null;
}

/** All that this device has of a document's epoch: a tab's own state, and what others have left in the copy. */
export async function wholeState(place: CopyPlace, document: Y.Doc): Promise<Uint8Array> {
  const own = Y.encodeStateAsUpdate(document);
  const kept = new Y.Doc();
  try {
    if (!(await copiesOf(place.userId, place.documentId)).includes(place.epoch)) return own;
    const copy = await DeviceCopy.open(place, kept, () => undefined);
    copy.close();
    return Y.mergeUpdates([own, Y.encodeStateAsUpdate(kept)]);
  } catch {
    return own;
  } finally {
    kept.destroy();
  }
}

/** Forget the copies of an epoch and of those before it. */
export async function forgetCopies(place: CopyPlace): Promise<void> {
  try {
    const epochs = await copiesOf(place.userId, place.documentId);
    await Promise.all(
      epochs
        .filter((epoch) => epoch <= place.epoch)
        .map((epoch) => deleteDatabase(boardDatabase({ ...place, epoch }))),
    );
  } catch {
    // Where nothing may be kept there is nothing to forget.
  }
}
