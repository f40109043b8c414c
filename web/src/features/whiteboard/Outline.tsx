import { CloseButton, Group, Text, Title, UnstyledButton } from "@mantine/core";
import { useMemo, useState, useEffect } from "react";
import { useTranslation } from "react-i18next";
import styles from "./BoardRoom.module.css";
import type { BoardHandle } from "./boardHandle.ts";
import { outlineOf, type OutlineEntry } from "./core/outline.ts";

/** How long the outline waits after a change, so that it does not chatter while somebody draws. */
const SETTLE_MILLISECONDS = 500;

const KNOWN = [
  "rectangle",
  "diamond",
  "ellipse",
  "text",
  "line",
  "arrow",
  "freedraw",
  "image",
  "frame",
] as const;

/** The board as a list: for screen readers, and for finding one's way on a full board. */
export function Outline({ handle, onClose }: { handle: BoardHandle | null; onClose: () => void }) {
  const { t } = useTranslation();
  const [entries, setEntries] = useState<readonly OutlineEntry[]>([]);
  useEffect(() => {
    if (!handle) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      timer = undefined;
      setEntries(outlineOf(handle.elements()));
    };
    const soon = () => (timer ??= setTimeout(read, SETTLE_MILLISECONDS));
    timer = setTimeout(read, 0);
    const stop = handle.subscribe(soon);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [handle]);
  const counted = useMemo(() => entries.length, [entries]);
  return (
    <aside className={styles["panel"]} aria-label={t("board.outline")}>
      <Group justify="space-between" p="xs" pl="md" wrap="nowrap">
        <Title order={2} size="h5">
          {t("board.outline")}
        </Title>
        <CloseButton size={44} iconSize={20} onClick={onClose} aria-label={t("actions.close")} />
      </Group>
      <Text size="sm" c="dimmed" px="md" pb="xs" role="status">
        {t("board.outlineCount", { count: counted })}
      </Text>
      <ul className={styles["entries"]}>
        {entries.map((entry) => {
          const type = KNOWN.find((known) => known === entry.type);
          const kind = t(type ? `board.element.${type}` : "board.element.other");
          return (
            <li key={entry.id}>
              <UnstyledButton className={styles["entry"]} onClick={() => handle?.show(entry.id)}>
                <Text size="sm" component="span" fw={500}>
                  {kind}
                </Text>
                {entry.text && (
                  <Text size="sm" component="span" lineClamp={2}>
                    {entry.text}
                  </Text>
                )}
              </UnstyledButton>
            </li>
          );
        })}
      </ul>
    </aside>
  );
}
