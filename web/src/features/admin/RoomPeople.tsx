import { Badge, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem.ts";
import { roomQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { OpenRoom, RoomSession } from "@/api/types.ts";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { ago } from "@/components/time.ts";
import { useRoomActions, useRoomTitle } from "./useRoomActions.tsx";

/** Who is in an open document, on how many connections, since when. */
export function RoomPeople(props: { room: OpenRoom; mayAct: boolean; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const title = useRoomTitle(props.room);
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t("rooms.peopleOf", { title })} centered>
      <Sessions room={props.room} mayAct={props.mayAct} />
    </Modal>
  );
}

function Sessions({ room, mayAct }: { room: OpenRoom; mayAct: boolean }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const { kickPerson } = useRoomActions(room);
  const details = useQuery(roomQuery(api, room.document_id));
  if (details.isPending) return <RowsLoading rows={3} />;
  if (details.error instanceof Problem && details.error.status === 404)
    return <Text>{t("rooms.closed")}</Text>;
  if (details.error) return <ErrorState error={details.error} retry={() => void details.refetch()} />;
  return (
    <Stack component="ul" gap={0} p={0} m={0} style={{ listStyle: "none" }}>
      {details.data.sessions.map((session) => (
        <SessionRow
          key={`${session.user_id} ${session.joined_at}`}
          session={session}
          onKick={mayAct ? () => kickPerson(session) : undefined}
        />
      ))}
    </Stack>
  );
}

function SessionRow({ session, onKick }: { session: RoomSession; onKick: (() => void) | undefined }) {
  const { t, i18n } = useTranslation();
  return (
    <Group component="li" justify="space-between" wrap="nowrap" py={8} gap="sm" mih={60}>
      <div style={{ minWidth: 0 }}>
        <Group gap="xs">
          <Text truncate>{session.name}</Text>
          <Badge variant="light" color="gray">
            {t(`access.mine.${session.access}`)}
          </Badge>
          {session.congested && (
            <Badge variant="light" color="orange">
              {t("rooms.slow", { count: 1 })}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {t("rooms.since", {
            role: t(`roles.${session.role}`),
            dialect: session.dialect,
            when: ago(session.joined_at, i18n.language),
          })}
        </Text>
      </div>
      {onKick && (
        <Button
          h={44}
          variant="subtle"
          color="red"
          aria-label={t("rooms.kickOne", { name: session.name })}
          onClick={onKick}
        >
          {t("rooms.kick")}
        </Button>
      )}
    </Group>
  );
}
