import { Button, Center, Stack } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState.tsx";

/** What one wanted to see is not, or no longer, this person's to see. */
export function NotShared({ classId }: { classId: string }) {
  const { t } = useTranslation();
  return (
    <Center mih="60dvh" component="main">
      <Stack align="center">
        <EmptyState
          icon={<IconLock size={28} />}
          title={t("board.goneTitle")}
          action={
            <Button
              renderRoot={(props) => (
                <Link to="/classes/$classId" params={{ classId }} search={{}} {...props} />
              )}
            >
              {t("board.backToClass")}
            </Button>
          }
        >
          {t("board.gone")}
        </EmptyState>
      </Stack>
    </Center>
  );
}
