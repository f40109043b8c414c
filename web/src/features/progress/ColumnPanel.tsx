import { Button, Modal, Stack, Text } from "@mantine/core";
import {
  IconArrowLeft,
  IconArrowRight,
  IconArrowsSort,
  IconExternalLink,
  IconEye,
  IconEyeOff,
  IconPencil,
  IconTrash,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ActivityLink } from "./activityLink.ts";
import type { BoardColumn } from "./core/board.ts";
import { dueWords, typeWords } from "./words.ts";

/** What can be done with one activity of the board. */
export function ColumnPanel(props: {
  column: BoardColumn;
  /** The way to what it is about, if that is in Lectern. */
  activity: ActivityLink | null;
  first: boolean;
  last: boolean;
  onSort: () => void;
  onEdit: () => void;
  onMove: (by: -1 | 1) => void;
  onHide: () => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { column } = props;
  const due = dueWords(column, i18n.language);
  const thenClose = (act: () => void) => () => {
    props.onClose();
    act();
  };
  const item = (icon: ReactNode, words: string, act: () => void, disabled = false) => (
    <Button
      variant="subtle"
      color="gray"
      justify="flex-start"
      h={44}
      c={disabled ? undefined : "var(--mantine-color-text)"}
      leftSection={icon}
      disabled={disabled}
      onClick={() => {
        act();
      }}
    >
      {words}
    </Button>
  );
  return (
    <Modal opened onClose={props.onClose} title={column.title} centered size="sm">
      <Stack gap={4}>
        <Text size="sm" c="dimmed" mb="xs">
          {[typeWords(column.type, t), due && t("progress.due", { due })].filter(Boolean).join(" · ")}
        </Text>
        {props.activity !== null && (
          <Button
            variant="light"
            h={44}
            mb="xs"
            leftSection={<IconExternalLink size={18} />}
            renderRoot={(link) => <Link {...props.activity} {...link} />}
          >
            {t("progress.openActivity")}
          </Button>
        )}
        {item(<IconArrowsSort size={18} />, t("progress.sortByColumn"), thenClose(props.onSort))}
        {item(<IconPencil size={18} />, t("progress.editColumn"), props.onEdit)}
        {item(
          <IconArrowLeft size={18} />,
          t("progress.moveBack"),
          thenClose(() => props.onMove(-1)),
          props.first,
        )}
        {item(
          <IconArrowRight size={18} />,
          t("progress.moveOn"),
          thenClose(() => props.onMove(1)),
          props.last,
        )}
        {column.hidden
          ? item(<IconEye size={18} />, t("progress.showColumn"), thenClose(props.onHide))
          : item(<IconEyeOff size={18} />, t("progress.hideColumn"), thenClose(props.onHide))}
        {item(<IconTrash size={18} />, t("progress.removeColumn"), thenClose(props.onRemove))}
      </Stack>
    </Modal>
  );
}
