import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { meansSignedOut } from "@/api/accessTokens.ts";
import { Problem } from "@/api/problem.ts";
import { documentQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { DocumentSession, type AccessAnswer, type SessionView } from "@/collab/documentSession.ts";
import { Observable } from "@/collab/observable.ts";
import { ELEMENTS } from "./core/sharedElements.ts";

const NOTHING: SessionView = {
  incarnation: null,
  ready: false,
  scope: undefined,
  save: { kind: "connecting" },
  keptOnDevice: true,
  rescue: null,
};

/** Open a board's document for as long as the page shows it. */
export function useDocumentSession(
  documentId: string,
  userId: string,
): { session: DocumentSession | null; view: SessionView } {
  const { api, tokens, socket, device } = useServices();
  const client = useQueryClient();
  const [holder] = useState(() => new Observable<DocumentSession | null>(null));
  const session = useSyncExternalStore(holder.subscribe, holder.get);
  useEffect(() => {
    const opened = new DocumentSession({
      documentId,
      userId,
      socket,
      device,
      root: ELEMENTS,
      token: ({ renew } = { renew: false }) => tokens.fresh(renew ? { refused: tokens.present() } : {}),
      askAccess: async (): Promise<AccessAnswer> => {
        try {
          const answer = await client.query({
            ...documentQuery(api, documentId),
            staleTime: 0,
            retry: false,
          });
          return answer.access;
        } catch (error) {
          if (meansSignedOut(error)) return "signedOut";
          return error instanceof Problem && error.status < 500 ? "gone" : "unreachable";
        }
      },
    });
    holder.set(opened);
    return () => {
      holder.set(null);
      opened.close();
    };
  }, [api, client, device, documentId, holder, socket, tokens, userId]);
  const view = useSyncExternalStore(
    session?.view.subscribe ?? (() => () => undefined),
    session?.view.get ?? (() => NOTHING),
  );
  return { session, view };
}
