import { ActionIcon, Group, Tooltip, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowLeft, IconHistory, IconList } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { documentChanged } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { BoardDocument, Me } from "@/api/types.ts";
import type { SaveState } from "@/collab/saveState.ts";
import { AskTitle } from "@/components/AskTitle.tsx";
import { SaveBadge } from "@/components/SaveBadge.tsx";
import { AccessMenu } from "./AccessMenu.tsx";
import styles from "./BoardRoom.module.css";
import type { BoardHandle } from "./boardHandle.ts";
import type { PresentPerson } from "./core/presence.ts";
import { ExportMenu } from "./ExportMenu.tsx";
import { People } from "./People.tsx";

/** The thin bar above a board. */
export function BoardBar(props: {
  board: BoardDocument;
  teaches: boolean;
  me: Me;
  people: readonly PresentPerson[];
  save: SaveState;
  handle: BoardHandle | null;
  outlineShown: boolean;
  onOutline: () => void;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { board, teaches } = props;
  const [renaming, rename] = useDisclosure(false);
  const open = props.save.kind !== "gone";
  // A student's page belongs to their work: it is named after it, and shared with nobody.
  const manages = teaches && board.kind !== "page";
  return (
    <header className={styles["bar"]}>
      <Tooltip label={t("board.backToClass")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={44}
          aria-label={t("board.backToClass")}
          renderRoot={(link) => (
            <Link to="/classes/$classId" params={{ classId: board.class_id }} search={{}} {...link} />
          )}
        >
          <IconArrowLeft
            size={20}
            style={document.documentElement.dir === "rtl" ? { transform: "scaleX(-1)" } : undefined}
          />
        </ActionIcon>
      </Tooltip>
      {manages ? (
        <Tooltip label={t("class.renameBoard")}>
          <UnstyledButton
            className={styles["title"]}
            onClick={rename.open}
            aria-label={`${t("class.renameBoard")}: ${board.title}`}
          >
            {board.title}
          </UnstyledButton>
        </Tooltip>
      ) : (
        <span className={styles["title"]}>{board.title}</span>
      )}
      <SaveBadge state={props.save} />
      <span className={styles["grow"]} />
      {open && (
        <Group gap={4} wrap="nowrap">
          <People me={props.me} people={props.people} />
          <Tooltip label={t("board.outline")}>
            <ActionIcon
              className={styles["wide"]}
              variant={props.outlineShown ? "light" : "subtle"}
              color="gray"
              size={44}
              aria-label={t("board.outline")}
              aria-pressed={props.outlineShown}
              onClick={props.onOutline}
            >
              <IconList size={20} />
            </ActionIcon>
          </Tooltip>
          {teaches && (
            <Tooltip label={t("history.open")}>
              <ActionIcon
                className={styles["wide"]}
                variant="subtle"
                color="gray"
                size={44}
                aria-label={t("history.open")}
                renderRoot={(link) => (
                  <Link
                    to="/classes/$classId/documents/$documentId/history"
                    params={{ classId: board.class_id, documentId: board.id }}
                    search={{}}
                    {...link}
                  />
                )}
              >
                <IconHistory size={20} />
              </ActionIcon>
            </Tooltip>
          )}
          {manages && <AccessMenu board={board} />}
          <ExportMenu
            handle={props.handle}
            onOutline={props.onOutline}
            history={teaches ? { classId: board.class_id, documentId: board.id } : null}
          />
        </Group>
      )}
      <AskTitle
        opened={renaming}
        onClose={rename.close}
        heading={t("class.renameBoard")}
        label={t("fields.boardTitle")}
        initial={board.title}
        submit={t("actions.save")}
        onSubmit={async (title) => {
          await api.PATCH("/api/documents/{document_id}", {
            params: { path: { document_id: board.id } },
            body: { title },
          });
          await documentChanged(client, board);
        }}
      />
    </header>
  );
}
