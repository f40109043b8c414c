import { Badge, Button, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencil } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import styles from "./polls.module.css";
import { PollForm } from "./PollForm.tsx";
import { pollChanged, pollQuery } from "./queries.ts";
import { useOptionWords } from "./words.ts";

/** A poll before it is opened, for its teachers. */
export function Preparation({ pollId }: { pollId: string }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const words = useOptionWords();
  const client = useQueryClient();
  const [editing, edit] = useDisclosure(false);
  const found = useQuery(pollQuery(api, pollId));
  if (found.error) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Loader aria-label={t("polls.loading")} />;
  const poll = found.data;
  return (
    <Stack>
      <Group gap="xs">
        <Badge variant="light" color="gray">
          {t("polls.draft")}
        </Badge>
        <Badge variant="light" color="gray">
          {t(`polls.type.${poll.type}`)}
        </Badge>
        {poll.anonymous && (
          <Badge variant="light" color="gray">
            {t("polls.anonymous")}
          </Badge>
        )}
      </Group>
      <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
        {poll.question}
      </Title>
      <ul className={styles["entries"]}>
        {poll.options.map((option) => (
          <li key={option.id} className={styles["entry"]}>
            <Text component="p" m={0}>
              {words(poll, option)}
              {option.correct && (
                <Text span c="pine" fw={600}>
                  {` · ${t("polls.correct")}`}
                </Text>
              )}
            </Text>
          </li>
        ))}
      </ul>
      <Text c="dimmed">{t("polls.draftAbout")}</Text>
      <div>
        <Button variant="default" h={44} leftSection={<IconPencil size={18} />} onClick={edit.open}>
          {t("polls.edit")}
        </Button>
      </div>
      {editing && (
        <PollForm
          opened
          onClose={edit.close}
          classId={poll.class_id}
          poll={poll}
          onMade={(changed) => pollChanged(client, changed)}
        />
      )}
    </Stack>
  );
}
