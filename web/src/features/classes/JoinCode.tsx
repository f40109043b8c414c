import { Card, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ClassRoom } from "@/api/types.ts";
import { CopyField } from "@/components/CopyField.tsx";

/** What a teacher writes on the wall: the code, and the link that carries it. */
export function JoinCode({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  if (!room.join_code || !room.join_url) return null;
  return (
    <Card radius="lg" padding="md" bg="light-dark(var(--mantine-color-pine-0), var(--mantine-color-dark-6))">
      <Group gap="xl" align="flex-start">
        <CopyField label={t("class.joinCode")} value={room.join_code} large />
        <CopyField label={t("class.joinLink")} value={room.join_url} />
      </Group>
    </Card>
  );
}
