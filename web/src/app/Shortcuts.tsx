import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { useTranslation } from "react-i18next";

/** `?` lists the keys that work everywhere. On a board Excalidraw has its own list under the same key. */
export function Shortcuts() {
  const { t } = useTranslation();
  const [opened, dialogue] = useDisclosure(false);
  useHotkeys([
    [
      "shift+?",
      () => {
        if (!document.querySelector(".excalidraw")) dialogue.open();
      },
    ],
  ]);
  const keys: readonly (readonly [string, readonly string[]])[] = [
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
