import { Badge, Button, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { Options } from "./Options.tsx";
import { pollQuery, type Poll } from "./queries.ts";

/** A poll before it is opened, for its teachers. */
export function Preparation({ pollId, onEdit }: { pollId: string; onEdit: (poll: Poll) => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
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
      <Options
        type={poll.type}
        options={poll.options}
        lowLabel={poll.low_label}
        highLabel={poll.high_label}
        correct={poll.options.filter(({ correct }) => correct === true).map(({ id }) => id)}
      />
      <Text c="dimmed">{t("polls.draftAbout")}</Text>
      <div>
        <Button variant="default" h={44} leftSection={<IconPencil size={18} />} onClick={() => onEdit(poll)}>
          {t("polls.edit")}
        </Button>
      </div>
    </Stack>
  );
}
