import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { showingsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { soFar, type Past } from "./core/showings.ts";
import type { Activity } from "./core/stage.ts";

/** What was on stage before what is there now; asked for again whenever that changes. */
export function useShowings(sessionId: string, now: Activity): readonly Past[] {
  const { api } = useServices();
  const key = now.kind === "document" ? now.documentId : now.kind;
  const { data } = useQuery({ ...showingsQuery(api, sessionId, key), placeholderData: (before) => before });
  return useMemo(() => (data ? soFar(data, now) : []), [data, now]);
}
