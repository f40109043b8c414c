import { Button, Center, Group } from "@mantine/core";
import { IconDoorExit } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { ClassRoom, ClassSession } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";

/** The class is over: said once to everybody who was in it. */
export function Over(props: { session: ClassSession; room: ClassRoom; onAgain: (() => void) | null }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ["sessions"] });
  }, [client]);
  return (
    <Center component="main" h="100dvh">
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
    </Center>
  );
}
