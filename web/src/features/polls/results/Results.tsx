import { Group, Stack, Table, Text, Title, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconUserCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { takesText, type Counts, type LivePoll } from "../core/pollDocument.ts";
import styles from "../polls.module.css";
import { useOptionWords } from "../words.ts";
import { Texts } from "./Texts.tsx";

const RANKED_ROW_PIXELS = 64;

interface ResultRow {
  readonly id: string;
  readonly words: string;
  readonly count: number;
  readonly share: number;
  readonly before: { readonly count: number; readonly share: number } | null;
  readonly own: boolean;
  readonly correct: boolean;
}

/** What people voted: bars that move in place, and the same as a table for who hears the page. */
export function Results({
  poll,
  counts,
  own,
  moderate,
}: {
  poll: LivePoll;
  counts: Counts;
  own: readonly string[];
  moderate?: (text: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const words = useOptionWords();
  const before = poll.rounds.at(-1) ?? null;
  if (takesText(poll.type)) {
    const cloud = poll.type === "word_cloud";
    return (
      <Stack gap="lg">
        <Texts
          label={t("polls.results")}
          counts={counts.counts ?? {}}
          cloud={cloud}
          own={own}
          hide={moderate}
        />
        {before?.counts && (
          <section>
            <Title order={2} size="h5" mb="xs">
              {t("polls.roundNumber", { round: before.round })}
            </Title>
            <Texts
              label={t("polls.roundNumber", { round: before.round })}
              counts={before.counts}
              cloud={cloud}
              own={[]}
            />
          </section>
        )}
      </Stack>
    );
  }
  const ranked = poll.type === "ranking";
  const whole = (of: Counts) => (ranked ? of.voters * poll.options.length : of.voters);
  const share = (of: Counts, id: string) => (whole(of) > 0 ? (of.counts?.[id] ?? 0) / whole(of) : 0);
  const labels = new Map([
    [poll.options[0]?.id, poll.lowLabel],
    [poll.options.at(-1)?.id, poll.highLabel],
  ]);
  const rows: ResultRow[] = poll.options.map((option) => ({
    id: option.id,
    words: [words(poll, option), labels.get(option.id)].filter(Boolean).join(" · "),
    count: counts.counts?.[option.id] ?? 0,
    share: share(counts, option.id),
    before: before?.counts ? { count: before.counts[option.id] ?? 0, share: share(before, option.id) } : null,
    own: own.includes(option.id),
    correct: poll.correct.includes(option.id),
  }));
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 0 });
  const number = (row: { count: number; share: number }) =>
    ranked ? t("polls.points", { count: row.count }) : `${row.count} · ${percent.format(row.share)}`;
  return (
    <Stack gap="sm">
      {ranked ? (
        <RankedBars rows={rows} number={number} />
      ) : (
        <ul className={styles["result"]} aria-hidden>
          {rows.map((row) => (
            <li key={row.id}>
              <Bar row={row} number={number(row)} />
            </li>
          ))}
        </ul>
      )}
      {counts.mean !== null && (
        <Text size="sm" c="dimmed">
          {t("polls.mean", { mean: new Intl.NumberFormat(i18n.language).format(counts.mean) })}
        </Text>
      )}
      {rows.some((row) => row.before) && (
        <Text size="sm" c="dimmed">
          {t("polls.beforeBars", { round: before?.round ?? 1 })}
        </Text>
      )}
      <VisuallyHidden>
        <Table>
          <caption>{t("polls.results")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("polls.answer")}</th>
              <th scope="col">{ranked ? t("polls.pointsColumn") : t("polls.votes")}</th>
              {before && <th scope="col">{t("polls.roundNumber", { round: before.round })}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row">
                  {row.words}
                  {row.own && `, ${t("polls.yourVote")}`}
                  {row.correct && `, ${t("polls.correct")}`}
                </th>
                <td>{number(row)}</td>
                {before && <td>{row.before ? number(row.before) : ""}</td>}
              </tr>
            ))}
          </tbody>
        </Table>
      </VisuallyHidden>
    </Stack>
  );
}

function Bar({ row, number, place }: { row: ResultRow; number: string; place?: number }) {
  const { t } = useTranslation();
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="sm" mb={4} align="flex-end">
        <Text lineClamp={place === undefined ? undefined : 1} style={{ overflowWrap: "anywhere" }}>
          {place !== undefined && `${place}. `}
          {row.words}
          {row.own && (
            <IconUserCheck
              size={18}
              aria-label={t("polls.yourVote")}
              style={{ marginInlineStart: 6, verticalAlign: -3 }}
            />
          )}
          {row.correct && (
            <Text span c="pine" fw={600} ms={6}>
              <IconCheck size={18} style={{ verticalAlign: -3 }} /> {t("polls.correct")}
            </Text>
          )}
        </Text>
        <Text className={styles["number"]} fw={600}>
          {number}
        </Text>
      </Group>
      <div className={styles["track"]}>
        <div className={styles["fill"]} style={{ width: `${row.share * 100}%` }} />
      </div>
      {row.before && (
        <div className={`${styles["track"] ?? ""} ${styles["trackBefore"] ?? ""}`}>
          <div
            className={`${styles["fill"] ?? ""} ${styles["fillBefore"] ?? ""}`}
            style={{ width: `${row.before.share * 100}%` }}
          />
        </div>
      )}
    </div>
  );
}

/** The best on top; rows glide to their places. */
function RankedBars({ rows, number }: { rows: readonly ResultRow[]; number: (row: ResultRow) => string }) {
  const order = [...rows].sort((one, other) => other.count - one.count).map(({ id }) => id);
  const height = rows.some((row) => row.before) ? RANKED_ROW_PIXELS + 14 : RANKED_ROW_PIXELS;
  return (
    <ol className={styles["ranked"]} style={{ height: rows.length * height }} aria-hidden>
      {rows.map((row) => (
        <li key={row.id} style={{ transform: `translateY(${order.indexOf(row.id) * height}px)` }}>
          <Bar row={row} number={number(row)} place={order.indexOf(row.id) + 1} />
        </li>
      ))}
    </ol>
  );
}
