import { Button, Center, Stack } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { createContext, use } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState.tsx";

const Within = createContext(false);

/** What stands in here is a part of a page, of a lesson say: where it is not there, the page goes on. */
export function WithinPage({ children }: { children: React.ReactNode }) {
  return <Within value>{children}</Within>;
}

/** What one wanted to see is not, or no longer, this person's to see. */
export function NotShared({ classId }: { classId: string }) {
  const { t } = useTranslation();
  const within = use(Within);
  return (
    <Center mih={within ? "100%" : "60dvh"} component={within ? "div" : "main"}>
      <Stack align="center">
        <EmptyState
          icon={<IconLock size={28} />}
          title={t("board.goneTitle")}
          action={
            within ? undefined : (
              <Button
                renderRoot={(props) => (
                  <Link to="/classes/$classId" params={{ classId }} search={{}} {...props} />
                )}
              >
                {t("board.backToClass")}
              </Button>
            )
          }
        >
          {t("board.gone")}
        </EmptyState>
      </Stack>
    </Center>
  );
}
