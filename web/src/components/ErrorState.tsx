import { Button, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCloudOff, IconMoodConfuzed } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Unreachable, wordsFor } from "@/api/problem.ts";

/** A page or a part of it could not be shown: what happened, and what to do. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const offline = error instanceof Unreachable;
  return (
    <Stack align="center" gap="xs" py={56} px="md" ta="center" role="alert">
      <ThemeIcon variant="light" color="gray" size={56} radius="xl" aria-hidden>
        {offline ? <IconCloudOff size={28} /> : <IconMoodConfuzed size={28} />}
      </ThemeIcon>
      <Title order={2} size="h4" mt="xs">
        {offline ? t("errors.offlineTitle") : t("errors.title")}
      </Title>
      <Text c="dimmed" maw={420}>
        {t(wordsFor(error))}
      </Text>
      {retry && (
        <Button variant="light" mt="xs" onClick={retry}>
          {t("actions.tryAgain")}
        </Button>
      )}
    </Stack>
  );
}
