import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

/** `?` lists the keys that work everywhere. On a board Excalidraw has its own list under the same key. */
export function Shortcuts() {
  const { t } = useTranslation();
  const [opened, dialogue] = useDisclosure(false);
  const live = useRouterState({ select: ({ location }) => location.pathname.endsWith("/live") });
  useHotkeys([
    [
      "shift+?",
      () => {
        const board = document.querySelector(".excalidraw");
        // In a classroom a board is one thing among others, and takes keys only while somebody works on it.
        if (!board || (live && !board.contains(document.activeElement))) dialogue.open();
      },
    ],
  ]);
  const classroom: readonly (readonly [string, readonly string[]])[] = [
    [t("shortcuts.live.hand"), ["Alt", "⇧", "H"]],
    [t("shortcuts.live.people"), ["Alt", "⇧", "P"]],
    [t("shortcuts.live.back"), ["Alt", "⇧", "B"]],
    [t("shortcuts.live.next"), ["Alt", "⇧", "N"]],
    [t("shortcuts.live.lock"), ["Alt", "⇧", "L"]],
  ];
  const keys: readonly (readonly [string, readonly string[]])[] = [
    ...(live ? classroom : []),
    [t("shortcuts.finder"), ["Ctrl", "K"]],
    [t("shortcuts.list"), ["?"]],
    [t("shortcuts.close"), ["Esc"]],
  ];
  return (
    <Modal opened={opened} onClose={dialogue.close} title={t("shortcuts.title")} centered>
      <Stack gap="sm">
        {keys.map(([label, combination]) => (
          <Group key={label} justify="space-between" wrap="nowrap">
            <Text>{label}</Text>
            <Group gap={4} wrap="nowrap">
              {combination.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
