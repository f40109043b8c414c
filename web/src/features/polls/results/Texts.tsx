import { Badge, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { IconEyeOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EntryAction } from "../EntryAction.tsx";
import styles from "../polls.module.css";

const SMALLEST_REM = 1;
const LARGEST_REM = 3.2;

/** Words as a cloud that grows in place, or answers as a list. Words keep their places: only their size moves. */
export function Texts(props: {
  label: string;
  counts: Readonly<Record<string, number>>;
  cloud: boolean;
  own: readonly string[];
  hide?: ((text: string) => void) | undefined;
}) {
  const { t, i18n } = useTranslation();
  const entries = Object.entries(props.counts);
  if (entries.length === 0) return <Text c="dimmed">{t("polls.nothingYet")}</Text>;
  const most = Math.max(...entries.map(([, count]) => count));
  const byName = [...entries].sort(([one], [other]) => one.localeCompare(other, i18n.language));
  const byCount = [...entries].sort(
    ([one, few], [other, many]) => many - few || one.localeCompare(other, i18n.language),
  );
  return (
    <Stack gap="md">
      {props.cloud && (
        <div className={styles["cloud"]} aria-hidden>
          {byName.map(([text, count]) => (
            <span
              key={text}
              className={styles["word"]}
              style={{ fontSize: `${size(count, most)}rem`, fontWeight: count === most ? 650 : 450 }}
            >
              {text}
            </span>
          ))}
        </div>
      )}
      {props.cloud && !props.hide ? (
        <VisuallyHidden>
          <Table>
            <caption>{props.label}</caption>
            <tbody>
              {byCount.map(([text, count]) => (
                <tr key={text}>
                  <th scope="row">{text}</th>
                  <td>{count}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        </VisuallyHidden>
      ) : (
        <ul className={styles["entries"]} aria-label={props.label}>
          {byCount.map(([text, count]) => (
            <li key={text} className={styles["entry"]}>
              <Badge variant="light" color="gray" className={styles["number"]}>
                {count}
              </Badge>
              <Text component="p" m={0}>
                {text}
                {props.own.includes(text) && (
                  <Text span c="dimmed" size="sm">
                    {` (${t("polls.yourVote")})`}
                  </Text>
                )}
              </Text>
              {props.hide && (
                <EntryAction
                  label={t("polls.hideEntry")}
                  named={t("polls.hideEntryNamed", { text })}
                  onClick={() => props.hide?.(text)}
                >
                  <IconEyeOff size={20} />
                </EntryAction>
              )}
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}

const size = (count: number, most: number) =>
  SMALLEST_REM + (LARGEST_REM - SMALLEST_REM) * (most > 1 ? (count - 1) / (most - 1) : 0.3);
