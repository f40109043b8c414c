import { Group, Text } from "@mantine/core";
import { IconEyeOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Tells a teacher that the class does not see these numbers. */
export function OnlyYou() {
  const { t } = useTranslation();
  return (
    <Group gap={6} mb="sm" c="dimmed">
      <IconEyeOff size={18} aria-hidden />
      <Text size="sm">{t("polls.onlyYou")}</Text>
    </Group>
  );
}
