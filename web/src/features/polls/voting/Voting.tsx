import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCloudUp, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Fate } from "../core/ballots.ts";
import { takesText, type LivePoll } from "../core/pollDocument.ts";
import { OneChoice, SeveralChoices } from "./Choices.tsx";
import { Ranking } from "./Ranking.tsx";
import { TextVote } from "./TextVote.tsx";

/** The form that fits a poll. */
export function VoteForm(props: {
  poll: LivePoll;
  own: readonly string[];
  cast: (choices: readonly string[]) => void;
}) {
  const { poll } = props;
  if (takesText(poll.type)) return <TextVote {...props} />;
  if (poll.type === "ranking") return <Ranking {...props} />;
  return poll.maxChoices > 1 ? <SeveralChoices {...props} /> : <OneChoice {...props} />;
}

/** What became of one's vote, in words. */
export function VoteFate({ fate, poll }: { fate: Fate | null; poll: LivePoll }) {
  const { t } = useTranslation();
  return (
    <div role="status">
      {fate === "counted" && (
        <Text c="pine" fw={600} size="sm">
          <IconCircleCheck size={18} style={{ verticalAlign: -4 }} aria-hidden />{" "}
          {poll.state === "closed"
            ? t("polls.fate.countedClosed")
            : poll.anonymous
              ? t("polls.fate.countedAnonymous")
              : t("polls.fate.counted")}
        </Text>
      )}
      {fate === "waiting" && (
        <Alert color="yellow" variant="light" icon={<IconCloudUp size={20} />}>
          {t("polls.fate.waiting")}
        </Alert>
      )}
      {fate === "late" && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle size={20} />}>
          {t("polls.fate.late")}
        </Alert>
      )}
      {fate === "sealed" && (
        <Alert color="gray" variant="light" icon={<IconLock size={20} />}>
          {t("polls.fate.sealed")}
        </Alert>
      )}
      {fate === "refused" && (
        <Alert color="red" variant="light" icon={<IconAlertTriangle size={20} />}>
          {t("polls.fate.refused")}
        </Alert>
      )}
    </div>
  );
}
