import { Badge, Center, Group, Loader, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { IconCloudOff, IconHourglassEmpty, IconSpy } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { useLiveDocument, useLiveValue, type LiveDocument } from "@/collab/useLiveDocument.ts";
import type { DocumentViewProps } from "@/components/documentViews.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { NotShared } from "@/components/NotShared.tsx";
import { Countdown } from "./Countdown.tsx";
import { readPoll, type LivePoll } from "./core/pollDocument.ts";
import { PollForm } from "./PollForm.tsx";
import styles from "./polls.module.css";
import { ownVote } from "./core/ballots.ts";
import { ballotQuery, pollChanged, type Poll } from "./queries.ts";
import { Outcome } from "./results/Outcome.tsx";
import { Preparation } from "./Preparation.tsx";
import { Sheet } from "./Sheet.tsx";
import { TeacherBar } from "./TeacherBar.tsx";
import { useAhead } from "./useAhead.ts";
import { useBallot } from "./useBallots.ts";
import { OwnScore } from "./voting/OwnScore.tsx";
import { Questions } from "./voting/Questions.tsx";
import { Unsent } from "./voting/Unsent.tsx";
import { VoteFate, VoteForm } from "./voting/Voting.tsx";

const ROOT = "poll";
/** Numbers are told aloud this often at most. */
const TOLD_MILLISECONDS = 5_000;

/** A poll, wherever it stands: on its own page or on a stage. */
export default function PollView(props: DocumentViewProps) {
  const { documentId, classId, compact = false, projected = false } = props;
  const { t } = useTranslation();
  // Before the class everybody sees what the class may see, whosever device it is.
  const teaches = props.teaches && !projected;
  const live = useLiveDocument(documentId, ROOT);
  const poll = useLiveValue(live.doc, readPoll);
  const client = useQueryClient();
  const [edited, edit] = useState<Poll | null>(null);
  const gone = live.error === "gone" || live.error === "refused";
  return (
    <>
      {gone ? (
        <NotShared classId={classId} />
      ) : !poll ? (
        <Center h="100%" mih={200}>
          <Loader aria-label={t("polls.loading")} />
        </Center>
      ) : (
        <div className={styles["view"]} data-projected={projected}>
          <Sheet projected={projected}>
            {poll.state !== "draft" ? (
              <AskedPoll
                poll={poll}
                teaches={teaches}
                votes={!teaches && !projected}
                live={live}
                told={compact}
              />
            ) : teaches ? (
              <Preparation pollId={poll.id} onEdit={edit} />
            ) : (
              <EmptyState icon={<IconHourglassEmpty size={28} />} title={t("polls.soonTitle")}>
                {t("polls.soon")}
              </EmptyState>
            )}
          </Sheet>
          {teaches && <TeacherBar poll={poll} classId={classId} stays={compact} />}
        </div>
      )}
      {/* Beside what it changes: somebody else may open or delete that while one is still typing. */}
      {edited && (
        <PollForm
          opened
          onClose={() => edit(null)}
          classId={classId}
          poll={edited}
          tooLate={gone || (poll !== null && poll.state !== "draft")}
          onMade={(changed) => pollChanged(client, changed)}
        />
      )}
    </>
  );
}

function AskedPoll(props: {
  poll: LivePoll;
  teaches: boolean;
  votes: boolean;
  live: LiveDocument;
  /** Whether it stands in something that tells how the link is. */
  told: boolean;
}) {
  const { poll, teaches, votes, live, told } = props;
  const { t } = useTranslation();
  const { api } = useServices();
  const { kept, ballots } = useBallot(poll.id, poll.round);
  const served = useQuery({ ...ballotQuery(api, poll.id, poll.round), enabled: votes });
  const answer = served.data && {
    voted: served.data.voted,
    choices: served.data.choices ?? [],
    at: served.dataUpdatedAt,
  };
  const { choices: own, fate } = ownVote(kept, answer ?? null, poll.anonymous);
  const cast = (choices: readonly string[]) => void ballots?.cast(poll, choices);
  const ahead = useAhead(poll, teaches);
  const questions = poll.type === "q_and_a";
  const open = poll.state === "open";
  return (
    <Stack gap="lg">
      <Stack gap="xs">
        <Group gap="xs">
          <Badge variant="light" color={open ? "pine" : "gray"}>
            {open ? t("polls.open") : t("polls.closed")}
          </Badge>
          {(poll.round > 1 || poll.rounds.length > 0) && (
            <Badge variant="light" color="gray">
              {t("polls.roundNumber", { round: poll.round })}
            </Badge>
          )}
          {poll.anonymous && (
            <Badge variant="light" color="gray" leftSection={<IconSpy size={16} aria-hidden />}>
              {t("polls.anonymous")}
            </Badge>
          )}
          {open && poll.closesAt !== null && <Countdown closesAt={poll.closesAt} />}
          <Text size="sm" c="dimmed" className={styles["number"]}>
            {t("polls.voters", { count: poll.voters })}
          </Text>
          {!told && live.state.kind === "offline" && (
            <Badge variant="light" color="gray" leftSection={<IconCloudOff size={16} aria-hidden />}>
              {t("save.offlineIdle")}
            </Badge>
          )}
        </Group>
        <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
          {poll.question}
        </Title>
      </Stack>
      {questions ? (
        <Questions
          poll={poll}
          own={own}
          cast={open && votes ? cast : null}
          moderated={teaches ? ahead : null}
        />
      ) : (
        votes && open && fate !== "sealed" && <VoteForm key={poll.round} poll={poll} own={own} cast={cast} />
      )}
      {votes && !(questions && fate === "counted") && <VoteFate fate={fate} poll={poll} />}
      {votes && poll.correct.length > 0 && <OwnScore pollId={poll.id} round={poll.round} />}
      {votes && !open && <Unsent poll={poll} own={own} />}
      {!questions && <Outcome poll={poll} own={own} teaches={teaches} votes={votes} ahead={ahead} />}
      <Announcer poll={poll} />
    </Stack>
  );
}

/** Tells aloud, now and then, how far a poll has come. */
function Announcer({ poll }: { poll: LivePoll }) {
  const { t } = useTranslation();
  const words =
    poll.state === "closed"
      ? t("polls.toldClosed", { count: poll.voters })
      : t("polls.voters", { count: poll.voters });
  const [told, setTold] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setTold(words), poll.state === "closed" ? 0 : TOLD_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [words, poll.state]);
  return <VisuallyHidden aria-live="polite">{told}</VisuallyHidden>;
}
