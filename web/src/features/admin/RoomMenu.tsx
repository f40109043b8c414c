import { ActionIcon, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconBraces,
  IconDatabase,
  IconDots,
  IconFileDownload,
  IconHistory,
  IconPlugConnectedX,
  IconUsers,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { OpenRoom } from "@/api/types.ts";
import { RoomPeople } from "./RoomPeople.tsx";
import { useRoomActions, useRoomTitle } from "./useRoomActions.tsx";

/** Everything that can be done with one open document. */
export function RoomMenu({ room, mayAct }: { room: OpenRoom; mayAct: boolean }) {
  const { t } = useTranslation();
  const title = useRoomTitle(room);
  const actions = useRoomActions(room);
  const [peopleShown, people] = useDisclosure(false);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={44} aria-label={t("rooms.menu", { title })}>
            <IconDots size={20} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconUsers size={18} />} onClick={people.open}>
            {t("rooms.showPeople")}
          </Menu.Item>
          {mayAct && (
            <>
              <Menu.Item leftSection={<IconDatabase size={18} />} onClick={actions.flush}>
                {t("rooms.flush")}
              </Menu.Item>
              <Menu.Item leftSection={<IconBraces size={18} />} onClick={() => actions.download("json")}>
                {t("rooms.downloadJson")}
              </Menu.Item>
              <Menu.Item leftSection={<IconFileDownload size={18} />} onClick={() => actions.download("yjs")}>
                {t("rooms.downloadYjs")}
              </Menu.Item>
              {room.class_id !== null && (
                <Menu.Item
                  leftSection={<IconHistory size={18} />}
                  renderRoot={(props) => (
                    <Link
                      to="/classes/$classId/documents/$documentId/history"
                      params={{ classId: room.class_id ?? "", documentId: room.document_id }}
                      search={{}}
                      {...props}
                    />
                  )}
                >
                  {t("history.open")}
                </Menu.Item>
              )}
              <Menu.Item
                leftSection={<IconPlugConnectedX size={18} />}
                c="var(--mantine-color-error)"
                onClick={actions.kickAll}
              >
                {t("rooms.kickAll")}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <RoomPeople room={room} mayAct={mayAct} opened={peopleShown} onClose={people.close} />
    </>
  );
}
