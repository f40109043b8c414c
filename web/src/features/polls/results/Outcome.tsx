import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { takesText, type LivePoll } from "../core/pollDocument.ts";
import { countsAhead, roundsAhead } from "../core/ahead.ts";
import { Options } from "../Options.tsx";
import type { Ahead } from "../useAhead.ts";
import { HiddenEntries } from "./HiddenEntries.tsx";
import { OnlyYou } from "./OnlyYou.tsx";
import { Results } from "./Results.tsx";

/** The results where they may be seen; where not, why not. */
export function Outcome(props: {
  poll: LivePoll;
  own: readonly string[];
  teaches: boolean;
  votes: boolean;
  ahead: Ahead;
}) {
  const { poll, own, teaches, votes } = props;
  const { found, hideText } = props.ahead;
  const { t } = useTranslation();
  const moderate =
    teaches && takesText(poll.type) ? { moderate: (text: string) => hideText(text, true) } : {};
  const outOfSight = found?.texts.filter((each) => each.hidden) ?? [];
  const hiddenTexts = (
    <HiddenEntries
      entries={outOfSight.map(({ text }) => ({ id: text, text }))}
      show={(text) => hideText(text, false)}
    />
  );
  const options = (
    <Options
      type={poll.type}
      options={poll.options}
      lowLabel={poll.lowLabel}
      highLabel={poll.highLabel}
      own={own}
    />
  );
  if (poll.shown) {
    return (
      <section aria-label={t("polls.results")}>
        <Results poll={poll} counts={poll} own={own} {...moderate} />
        {hiddenTexts}
      </section>
    );
  }
  const open = poll.state === "open";
  if (!teaches) {
    return (
      <Stack gap="sm">
        {!(open && votes) && options}
        {(votes || !open) && <Text c="dimmed">{t(open ? "polls.hiddenOpen" : "polls.hiddenClosed")}</Text>}
      </Stack>
    );
  }
  const counts = found && countsAhead(found, poll.type);
  if (!counts) {
    return (
      <Stack gap="sm">
        {options}
        {found?.sealed && <Text c="dimmed">{t("polls.sealed")}</Text>}
      </Stack>
    );
  }
  return (
    <section aria-label={t("polls.results")}>
      <OnlyYou />
      <Results
        poll={{ ...poll, rounds: roundsAhead(found, poll.round), correct: found.correct ?? [] }}
        counts={counts}
        own={[]}
        {...moderate}
      />
      {hiddenTexts}
    </section>
  );
}
