import { Badge, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconArrowBigUp, IconArrowBigUpFilled, IconCheck, IconEyeOff } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { tellWithUndo } from "@/components/toast.tsx";
import { countsAhead } from "../core/ahead.ts";
import type { LivePoll, Question } from "../core/pollDocument.ts";
import { EntryAction } from "../EntryAction.tsx";
import styles from "../polls.module.css";
import { pollWords } from "../problems.ts";
import { HiddenEntries } from "../results/HiddenEntries.tsx";
import { OnlyYou } from "../results/OnlyYou.tsx";
import type { Ahead } from "../useAhead.ts";
import { useDraft } from "../useDraft.ts";

const TEXT_MAX_CHARS = 280;

/** The questions of a class, those that most want answered on top; answered ones below. */
export function Questions(props: {
  poll: LivePoll;
  own: readonly string[];
  cast: ((choices: readonly string[]) => void) | null;
  /** For teachers: what they see before the class does, and how to change it. */
  moderated: Ahead | null;
}) {
  const { t } = useTranslation();
  const { poll, own, cast, moderated } = props;
  const found = moderated?.found;
  const counts = poll.counts ?? (found ? countsAhead(found, poll.type)?.counts : null) ?? null;
  const votes = (id: string) => counts?.[id] ?? 0;
  const order = (one: Question, other: Question) =>
    Number(one.answered) - Number(other.answered) ||
    votes(other.id) - votes(one.id) ||
    one.id.localeCompare(other.id);
  const hide = (id: string) =>
    moderated?.changeQuestion(id, { hidden: true }, () =>
      // While an anonymous poll is sealed its hidden questions are not listed: this is the way back then.
      tellWithUndo({
        message: t("polls.questionHidden"),
        undoLabel: t("actions.undo"),
        undo: () => moderated.changeQuestion(id, { hidden: false }),
      }),
    );
  return (
    <Stack gap="md">
      {cast && <AskQuestion poll={poll} />}
      {!poll.shown && counts && <OnlyYou />}
      {poll.questions.length === 0 && <Text c="dimmed">{t("polls.noQuestions")}</Text>}
      <ul className={styles["entries"]} aria-label={t("polls.questions")}>
        {[...poll.questions].sort(order).map((question) => {
          const voted = own.includes(question.id);
          return (
            <li key={question.id} className={styles["entry"]}>
              <Button
                variant={voted ? "light" : "default"}
                h={44}
                px="sm"
                disabled={!cast}
                aria-pressed={voted}
                aria-label={`${counts ? votes(question.id) : ""} ${t("polls.upvote", { text: question.text })}`}
                leftSection={voted ? <IconArrowBigUpFilled size={18} /> : <IconArrowBigUp size={18} />}
                onClick={() => cast?.(voted ? own.filter((id) => id !== question.id) : [...own, question.id])}
              >
                {counts ? votes(question.id) : ""}
              </Button>
              <Text component="p" m={0} c={question.answered ? "dimmed" : undefined}>
                {question.text}{" "}
                {question.answered && (
                  <Badge variant="light" leftSection={<IconCheck size={14} aria-hidden />}>
                    {t("polls.answered")}
                  </Badge>
                )}
              </Text>
              {moderated && (
                <Group gap={2} wrap="nowrap">
                  <EntryAction
                    label={question.answered ? t("polls.notAnswered") : t("polls.markAnswered")}
                    named={t("polls.markAnsweredNamed", { text: question.text })}
                    pressed={question.answered}
                    onClick={() => moderated.changeQuestion(question.id, { answered: !question.answered })}
                  >
                    <IconCheck size={20} />
                  </EntryAction>
                  <EntryAction
                    label={t("polls.hideEntry")}
                    named={t("polls.hideEntryNamed", { text: question.text })}
                    onClick={() => hide(question.id)}
                  >
                    <IconEyeOff size={20} />
                  </EntryAction>
                </Group>
              )}
            </li>
          );
        })}
      </ul>
      {moderated && (
        <HiddenEntries
          entries={found?.questions.filter((each) => each.hidden) ?? []}
          show={(id) => moderated.changeQuestion(id, { hidden: false })}
        />
      )}
    </Stack>
  );
}

function AskQuestion({ poll }: { poll: LivePoll }) {
  const { t } = useTranslation();
  const { api } = useServices();
  // The id goes with the text: sent again after a lost answer it is the same question.
  const [draft, setDraft] = useDraft(poll);
  const [text = "", id] = draft ?? [];
  const ask = useMutation({
    mutationFn: ({ text, id }: { text: string; id: string }) =>
      api.PUT("/api/polls/{poll_id}/questions/{question_id}", {
        params: { path: { poll_id: poll.id, question_id: id } },
        body: { text },
      }),
    onSuccess: () => setDraft(null),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() && id) ask.mutate({ text, id });
      }}
    >
      <Stack gap="xs">
        <FormProblem words={ask.error ? t(pollWords(ask.error)) : null} />
        <Textarea
          label={t("polls.yourQuestion")}
          autosize
          minRows={2}
          maxLength={TEXT_MAX_CHARS}
          value={text}
          onChange={({ currentTarget }) => setDraft([currentTarget.value, id ?? randomId()])}
          size="md"
        />
        <Group justify="flex-end">
          <Button type="submit" h={44} disabled={!text.trim()} loading={ask.isPending}>
            {t("polls.askQuestion")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A random UUID (RFC 9562, version 4); `crypto.randomUUID` exists only on secure origins. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
