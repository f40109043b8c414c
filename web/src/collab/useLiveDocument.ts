import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import { useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { askAccess } from "./askAccess.ts";
import { DocumentSession, type SessionView } from "./documentSession.ts";
import { Observable } from "./observable.ts";
import type { SaveState } from "./saveState.ts";
import { sessionsOn } from "./sharedSessions.ts";

/** A document that is mostly read: written by the server, or by few. */
export interface LiveDocument {
  /** The document, once there is something true to show; another one after it had to be rebuilt. */
  readonly doc: Y.Doc | null;
  /** Who else has it open; there as soon as there is a link to look for. */
  readonly awareness: Awareness | null;
  /** What a person is told about link and work, as on a board. */
  readonly state: SaveState;
  /** The server has sent its state since the page was opened (else `doc` is this device's copy). */
  readonly synced: boolean;
  /** Why it will not be shown (any more), where the server has said so. */
  readonly error: "gone" | "signedOut" | "refused" | "ended" | null;
  /** Whether this person may write into it. */
  readonly writable: boolean;
}

const NOTHING: SessionView = {
  incarnation: null,
  ready: false,
  scope: undefined,
  save: { kind: "connecting" },
  keptOnDevice: true,
  rescue: null,
};

const never = () => () => undefined;

/**
 * Keep a document open while a component shows it; several components share one session.
 *
 * `root` is a root of the kind that is a Map and never empty (`poll`, `stage`, `deck`): a device's copy
 * counts as something to show when it has content there.
 */
export function useLiveDocument(documentId: string, root: string): LiveDocument {
  const { api, tokens, socket, device } = useServices();
  const userId = useMe().data?.id;
  const client = useQueryClient();
  const [holder] = useState(() => new Observable<DocumentSession | null>(null));
  const session = useSyncExternalStore(holder.subscribe, holder.get);
  useEffect(() => {
    if (userId === undefined) return;
    const sessions = sessionsOn(socket);
    const key = `${userId}:${documentId}`;
    holder.set(
      sessions.acquire(
        key,
        () =>
          new DocumentSession({
            documentId,
            userId,
            socket,
            device,
            root,
            token: ({ renew } = { renew: false }) => tokens.fresh(renew ? { refused: tokens.present() } : {}),
            askAccess: () => askAccess(api, client, documentId),
          }),
      ),
    );
    return () => {
      holder.set(null);
      sessions.release(key);
    };
  }, [api, client, device, documentId, holder, root, socket, tokens, userId]);
  const view = useSyncExternalStore(session?.view.subscribe ?? never, session?.view.get ?? (() => NOTHING));
  return useMemo(() => liveDocumentOf(view), [view]);
}

/** What a session's view means to somebody who mostly reads. */
export function liveDocumentOf(view: SessionView): LiveDocument {
  const { kind } = view.save;
  const final = kind === "gone" || kind === "signedOut" || kind === "refused" || kind === "ended";
  return {
    doc: view.ready ? (view.incarnation?.document ?? null) : null,
    awareness: view.incarnation?.awareness ?? null,
    state: view.save,
    synced:
      view.scope !== undefined &&
      view.ready &&
      (kind === "saved" || kind === "saving" || kind === "readOnly"),
    error: final ? kind : null,
    writable: view.scope === "read-write",
  };
}

/**
 * Read a value out of a document, again after each change of it.
 *
 * `read` must be a stable function (of the module, or from `useCallback`); it turns whatever is in the document
 * into what the component shows, and must not throw.
 */
export function useLiveValue<T>(doc: Y.Doc | null, read: (doc: Y.Doc) => T): T | null {
  const store = useMemo(() => (doc ? liveValue(doc, read) : null), [doc, read]);
  const get = useCallback(() => store?.get() ?? null, [store]);
  return useSyncExternalStore(store?.subscribe ?? never, get);
}

/** A value read out of a document, in the shape `useSyncExternalStore` wants. */
export function liveValue<T>(doc: Y.Doc, read: (doc: Y.Doc) => T) {
  let value = read(doc);
  let stale = false;
  const markStale = () => (stale = true);
  doc.on("update", markStale);
  return {
    get: (): T => {
      if (stale) {
        value = read(doc);
        stale = false;
      }
      return value;
    },
    subscribe: (listener: () => void): (() => void) => {
      doc.on("update", listener);
      return () => doc.off("update", listener);
    },
  };
}
