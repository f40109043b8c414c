import { Button, Stack, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { LivePoll } from "../core/pollDocument.ts";
import { useDraft } from "../useDraft.ts";

const TEXT_MAX_CHARS = 280;
const WORD_MAX_CHARS = 40;

/** Answer in words: one text, or a few words for a cloud. */
export function TextVote(props: {
  poll: LivePoll;
  own: readonly string[];
  cast: (choices: readonly string[]) => void;
}) {
  const { t } = useTranslation();
  const { poll, own, cast } = props;
  const fields = Array.from(
    { length: poll.type === "word_cloud" ? poll.maxChoices : 1 },
    (_, index) => index,
  );
  const [typed, setTyped] = useDraft(poll);
  const shown = typed ?? own;
  const given = [
    ...new Map(
      shown
        .map((text) => text.trim())
        .filter(Boolean)
        .map((text) => [text.toLowerCase(), text]),
    ).values(),
  ];
  const change = (index: number, text: string) =>
    setTyped(fields.map((each) => (each === index ? text : (shown[each] ?? ""))));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (given.length === 0) return;
        cast(given);
        setTyped(null);
      }}
    >
      <Stack gap="sm">
        {poll.type === "open_text" ? (
          <Textarea
            label={t("polls.yourAnswer")}
            autosize
            minRows={2}
            maxLength={TEXT_MAX_CHARS}
            value={shown[0] ?? ""}
            onChange={({ currentTarget }) => change(0, currentTarget.value)}
            size="md"
          />
        ) : (
          fields.map((index) => (
            <TextInput
              key={index}
              label={fields.length > 1 ? t("polls.word", { number: index + 1 }) : t("polls.yourWord")}
              maxLength={WORD_MAX_CHARS}
              autoComplete="off"
              value={shown[index] ?? ""}
              onChange={({ currentTarget }) => change(index, currentTarget.value)}
              size="md"
            />
          ))
        )}
        <Button
          type="submit"
          h={48}
          disabled={given.length === 0 || (own.length > 0 && (typed === null || given.join() === own.join()))}
        >
          {own.length > 0 ? t("polls.changeAnswer") : t("polls.giveAnswer")}
        </Button>
      </Stack>
    </form>
  );
}
