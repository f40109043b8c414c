import { Badge, Center, Group, Loader, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { IconCloudOff, IconEyeOff, IconHourglassEmpty, IconSpy } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { useLiveDocument, useLiveValue, type LiveDocument } from "@/collab/useLiveDocument.ts";
import type { DocumentViewProps } from "@/components/documentViews.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { NotShared } from "@/components/NotShared.tsx";
import { tellProblem } from "@/components/toast.tsx";
import { Countdown } from "./Countdown.tsx";
import { readPoll, takesText, type Counts, type LivePoll } from "./core/pollDocument.ts";
import { Options } from "./Options.tsx";
import { PollForm } from "./PollForm.tsx";
import styles from "./polls.module.css";
import { pollWords } from "./problems.ts";
import { ownVote } from "./core/ballots.ts";
import { ballotQuery, pollChanged, resultsQuery, type Poll } from "./queries.ts";
import { HiddenTexts } from "./results/HiddenTexts.tsx";
import { Results } from "./results/Results.tsx";
import { Preparation } from "./Preparation.tsx";
import { TeacherBar } from "./TeacherBar.tsx";
import { useBallot } from "./useBallots.ts";
import { Questions } from "./voting/Questions.tsx";
import { Unsent } from "./voting/Unsent.tsx";
import { VoteFate, VoteForm } from "./voting/Voting.tsx";

const ROOT = "poll";
/** Numbers are told aloud this often at most. */
const TOLD_MILLISECONDS = 5_000;
/** How often the teacher's own look at hidden results is renewed. */
const AHEAD_MILLISECONDS = 2_000;

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
          <div className={styles["scroll"]}>
            <div className={styles["sheet"]}>
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
            </div>
          </div>
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
        <Questions poll={poll} own={own} cast={open && votes ? cast : null} teaches={teaches} />
      ) : (
        votes && open && fate !== "sealed" && <VoteForm key={poll.round} poll={poll} own={own} cast={cast} />
      )}
      {votes && !(questions && fate === "counted") && <VoteFate fate={fate} poll={poll} />}
      {votes && !open && <Unsent poll={poll} own={own} />}
      {!questions && <Outcome poll={poll} own={own} teaches={teaches} votes={votes} />}
      <Announcer poll={poll} />
    </Stack>
  );
}

/** The results where they may be seen; where not, why not. */
function Outcome(props: { poll: LivePoll; own: readonly string[]; teaches: boolean; votes: boolean }) {
  const { poll, own, teaches } = props;
  const { t } = useTranslation();
  const { api } = useServices();
  const hidden = !poll.shown;
  const ahead = useQuery({
    ...resultsQuery(api, poll.id),
    enabled: teaches && (hidden || takesText(poll.type)),
    // Nothing in the document tells that somebody has changed their mind while results are hidden.
    refetchInterval: poll.state === "open" ? AHEAD_MILLISECONDS : false,
  });
  const { refetch } = ahead;
  useEffect(() => {
    if (teaches && (hidden || takesText(poll.type))) void refetch();
  }, [teaches, hidden, poll.type, poll.voters, poll.state, refetch]);
  const hide = useMutation({
    mutationFn: ({ text, hidden }: { text: string; hidden: boolean }) =>
      api.PUT("/api/polls/{poll_id}/hidden", {
        params: { path: { poll_id: poll.id } },
        body: { text, hidden },
      }),
    onSuccess: () => refetch(),
    onError: (error) => tellProblem(t(pollWords(error))),
  });
  const moderate =
    teaches && takesText(poll.type)
      ? { moderate: (text: string) => hide.mutate({ text, hidden: true }) }
      : {};
  const outOfSight = ahead.data?.texts.filter((each) => each.hidden) ?? [];
  const hiddenTexts = outOfSight.length > 0 && (
    <HiddenTexts texts={outOfSight} show={(text) => hide.mutate({ text, hidden: false })} />
  );
  if (poll.shown) {
    return (
      <section aria-label={t("polls.results")}>
        <Results poll={poll} counts={poll} own={own} {...moderate} />
        {hiddenTexts}
      </section>
    );
  }
  if (!teaches) {
    const open = poll.state === "open";
    return (
      <Stack gap="sm">
        {!(open && props.votes) && (
          <Options
            type={poll.type}
            options={poll.options}
            lowLabel={poll.lowLabel}
            highLabel={poll.highLabel}
            own={own}
          />
        )}
        {(props.votes || !open) && (
          <Text c="dimmed">{t(open ? "polls.hiddenOpen" : "polls.hiddenClosed")}</Text>
        )}
      </Stack>
    );
  }
  const found = ahead.data;
  if (found?.sealed) return <Text c="dimmed">{t("polls.sealed")}</Text>;
  if (!found?.counts) return null;
  const counts: Counts = {
    voters: found.voters,
    counts: takesText(poll.type)
      ? Object.fromEntries(found.texts.filter((each) => !each.hidden).map((each) => [each.text, each.count]))
      : found.counts,
    mean: found.mean ?? null,
  };
  const rounds = found.rounds
    .filter(({ round }) => round < poll.round)
    .map((each) => ({ ...each, counts: each.counts ?? null, mean: each.mean ?? null }));
  return (
    <section aria-label={t("polls.results")}>
      <Group gap={6} mb="sm" c="dimmed">
        <IconEyeOff size={18} aria-hidden />
        <Text size="sm">{t("polls.onlyYou")}</Text>
      </Group>
      <Results
        poll={{ ...poll, rounds, correct: found.correct ?? [] }}
        counts={counts}
        own={[]}
        {...moderate}
      />
      {hiddenTexts}
    </section>
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
