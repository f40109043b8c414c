import { Button, Center } from "@mantine/core";
import { IconPresentation } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem.ts";
import { classQuery, sessionsQuery, useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom, ClassSession } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { NotShared } from "@/components/NotShared.tsx";
import { StartClass } from "@/components/sessions/StartClass.tsx";
import { useTitle } from "@/components/useTitle.ts";
import { Classroom } from "./Classroom.tsx";
import { ClassroomSkeleton } from "./ClassroomSkeleton.tsx";

const route = getRouteApi("/members/classes/$classId/live");

/** The live classroom of a class: its running session, or what to do while there is none. */
export function LivePage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const { classId } = route.useParams();
  const { view } = route.useSearch();
  const { data: me } = useMe();
  const room = useQuery(classQuery(api, classId));
  const running = useQuery(sessionsQuery(api, { class_id: classId, state: "running" }));
  useTitle(room.data && t("live.title", { title: room.data.title }));
  // Once inside, people stay inside: that the session is over they are told by its stage.
  const [entered, enter] = useState<ClassSession | null>(null);
  const found = running.data?.[0] ?? null;
  if (found && found.id !== entered?.id && !entered) enter(found);
  const error = room.error ?? running.error;
  if (error && !entered) {
    if (error instanceof Problem && error.status === 404) return <NotShared classId={classId} />;
    return (
      <Center component="main" h="100dvh">
        <ErrorState error={error} retry={() => void Promise.all([room.refetch(), running.refetch()])} />
      </Center>
    );
  }
  if (!me || !room.data || (!entered && running.isPending)) return <ClassroomSkeleton />;
  if (entered === null) return <NotRunning room={room.data} />;
  return (
    <Classroom
      key={entered.id}
      session={entered}
      room={room.data}
      me={me}
      stageOnly={view === "stage"}
      onOver={found && found.id !== entered.id ? () => enter(found) : null}
    />
  );
}

function NotRunning({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const teaches = room.role === "teacher";
  return (
    <Center component="main" h="100dvh">
      <EmptyState
        icon={<IconPresentation size={28} />}
        title={t("live.notRunningTitle")}
        action={
          teaches ? (
            <StartClass classId={room.id} />
          ) : (
            <Button
              h={44}
              variant="light"
              renderRoot={(props) => (
                <Link to="/classes/$classId" params={{ classId: room.id }} search={{}} {...props} />
              )}
            >
              {t("live.toClass")}
            </Button>
          )
        }
      >
        <span role="status">{t(teaches ? "live.notRunningTeacher" : "live.notRunningStudent")}</span>
      </EmptyState>
    </Center>
  );
}
