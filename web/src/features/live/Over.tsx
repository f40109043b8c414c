import { Button, Group, Title } from "@mantine/core";
import { IconDoorExit } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { ClassRoom, ClassSession } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import styles from "./Classroom.module.css";
import type { Past } from "./core/showings.ts";
import { SoFar } from "./SoFar.tsx";

/** The class is over: said once to everybody who was in it. */
export function Over(props: {
  session: ClassSession;
  room: ClassRoom;
  past: readonly Past[];
  onAgain: (() => void) | null;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ["sessions"] });
  }, [client]);
  return (
    <main className={styles["over"]}>
      <EmptyState
        icon={<IconDoorExit size={28} />}
        title={t("live.overTitle")}
        action={
          <Group gap="sm" justify="center">
            <Button
              h={44}
              variant={props.onAgain ? "default" : "filled"}
              renderRoot={(link) => (
                <Link to="/classes/$classId" params={{ classId: props.room.id }} search={{}} {...link} />
              )}
            >
              {t("live.toClass")}
            </Button>
            {props.onAgain && (
              <Button h={44} onClick={props.onAgain}>
                {t("live.joinNext")}
              </Button>
            )}
          </Group>
        }
      >
        <span role="status">{t("live.overAbout", { title: props.session.title })}</span>
      </EmptyState>
      {props.past.length > 0 && (
        <section className={styles["overList"]} aria-labelledby="was-on-stage">
          <Title order={2} size="h5" mb="xs" id="was-on-stage">
            {t("live.wasOnStage")}
          </Title>
          <SoFar
            past={props.past}
            open={(showing, content) => (
              <Link
                to="/classes/$classId/documents/$documentId"
                params={{ classId: props.room.id, documentId: showing.document_id ?? "" }}
                className={styles["entryRow"]}
              >
                {content}
              </Link>
            )}
          />
        </section>
      )}
    </main>
  );
}
