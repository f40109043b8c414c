import { Button, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconCircle, IconCircleCheckFilled, IconSquare, IconSquareCheckFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { LivePoll } from "../core/pollDocument.ts";
import styles from "../polls.module.css";
import { useDraft } from "../useDraft.ts";
import { useOptionWords } from "../words.ts";

interface VotingProps {
  readonly poll: LivePoll;
  readonly own: readonly string[];
  readonly cast: (choices: readonly string[]) => void;
}

/** One of several: pressing it is the vote, pressing another one changes it. */
export function OneChoice({ poll, own, cast }: VotingProps) {
  const { t } = useTranslation();
  const words = useOptionWords();
  const scale = poll.type === "scale";
  return (
    <div role="group" aria-label={poll.question}>
      {scale && (poll.lowLabel !== "" || poll.highLabel !== "") && (
        <Group justify="space-between" mb={6}>
          <Text size="sm">{poll.lowLabel}</Text>
          <Text size="sm">{poll.highLabel}</Text>
        </Group>
      )}
      <div className={scale ? styles["scale"] : styles["result"]}>
        {poll.options.map((option) => {
          const chosen = own.includes(option.id);
          return (
            <UnstyledButton
              key={option.id}
              className={styles["choice"]}
              aria-pressed={chosen}
              onClick={() => !chosen && cast([option.id])}
            >
              {!scale &&
                (chosen ? (
                  <IconCircleCheckFilled size={22} color="var(--mantine-primary-color-filled)" aria-hidden />
                ) : (
                  <IconCircle size={22} aria-hidden />
                ))}
              <span>{words(poll, option)}</span>
            </UnstyledButton>
          );
        })}
      </div>
      <Text size="sm" c="dimmed" mt="xs">
        {t("polls.pressToVote")}
      </Text>
    </div>
  );
}

/** Several of many: chosen first, then given together. */
export function SeveralChoices({ poll, own, cast }: VotingProps) {
  const { t } = useTranslation();
  const words = useOptionWords();
  const [picked, setPicked] = useDraft(poll);
  const shown = picked ?? own;
  const full = shown.length >= poll.maxChoices;
  const changed = picked !== null && !same(picked, own);
  const toggle = (id: string) =>
    setPicked(shown.includes(id) ? shown.filter((each) => each !== id) : [...shown, id]);
  return (
    <Stack gap="sm">
      <div role="group" aria-label={poll.question} className={styles["result"]}>
        {poll.options.map((option) => {
          const chosen = shown.includes(option.id);
          return (
            <UnstyledButton
              key={option.id}
              role="checkbox"
              aria-checked={chosen}
              data-chosen={chosen}
              aria-disabled={!chosen && full}
              className={styles["choice"]}
              onClick={() => (chosen || !full) && toggle(option.id)}
            >
              {chosen ? (
                <IconSquareCheckFilled size={22} color="var(--mantine-primary-color-filled)" aria-hidden />
              ) : (
                <IconSquare size={22} aria-hidden />
              )}
              <span>{words(poll, option)}</span>
            </UnstyledButton>
          );
        })}
      </div>
      {poll.maxChoices < poll.options.length && (
        <Text size="sm" c="dimmed">
          {t("polls.atMost", { count: poll.maxChoices })}
        </Text>
      )}
      <Button
        h={48}
        disabled={shown.length === 0 || (own.length > 0 && !changed)}
        onClick={() => {
          cast(shown);
          setPicked(null);
        }}
      >
        {own.length > 0 ? t("polls.changeVote") : t("polls.vote")}
      </Button>
    </Stack>
  );
}

const same = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((each) => other.includes(each));
