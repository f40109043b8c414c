import { Center } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Suspense, useEffect } from "react";
import { Problem } from "@/api/problem.ts";
import { classQuery, documentQuery, useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { askUntil } from "@/collab/returning.ts";
import { useDocumentViews } from "@/components/documentViews.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { NotShared } from "@/components/NotShared.tsx";
import { useTitle } from "@/components/useTitle.ts";
import { DocumentSkeleton } from "./DocumentSkeleton.tsx";

const route = getRouteApi("/members/classes/$classId/documents/$documentId");

/** A document at full size: finds out what it is, then opens the page of its kind. */
export function DocumentPage() {
  const { api } = useServices();
  const { pages } = useDocumentViews();
  const { classId, documentId } = route.useParams();
  const { data: me } = useMe();
  const room = useQuery(classQuery(api, classId));
  const document = useQuery(documentQuery(api, documentId));
  useTitle(document.data?.title);
  const error = document.error ?? room.error;
  const missing = !document.data && document.error instanceof Problem && document.error.status === 404;
  const { refetch } = document;
  useEffect(() => {
    if (!missing) return;
    return askUntil(async () => (await refetch()).data !== undefined);
  }, [missing, refetch]);
  // Once open, a document stays open: what the socket says counts, and there may be a rescue copy to offer.
  if (error && !document.data) {
    if (error instanceof Problem && error.status === 404) return <NotShared classId={classId} />;
    return (
      <Center h="100dvh">
        <ErrorState error={error} retry={() => void Promise.all([document.refetch(), room.refetch()])} />
      </Center>
    );
  }
  if (!document.data || !me) return <DocumentSkeleton />;
  const Shown = pages[document.data.kind];
  // A kind that has no page belongs to something else, and is looked at there.
  if (!Shown) return <NotShared classId={classId} />;
  return (
    <Suspense fallback={<DocumentSkeleton />}>
      <Shown
        key={document.data.id}
        document={document.data}
        teaches={room.data?.role === "teacher"}
        me={me}
      />
    </Suspense>
  );
}
