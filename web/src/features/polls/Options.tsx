import { Group, Text } from "@mantine/core";
import { IconUserCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { LivePoll, Option } from "./core/pollDocument.ts";
import styles from "./polls.module.css";
import { useOptionWords } from "./words.ts";

/** What can be chosen, or could, to read only. */
export function Options(props: {
  type: LivePoll["type"];
  options: readonly Option[];
  lowLabel: string;
  highLabel: string;
  /** Answers that are right, and those that this person gave. */
  correct?: readonly string[];
  own?: readonly string[];
}) {
  const { t } = useTranslation();
  const words = useOptionWords();
  const { type, options, lowLabel, highLabel, correct = [], own = [] } = props;
  const scale = type === "scale";
  if (options.length === 0) return null;
  return (
    <div>
      {scale && (lowLabel !== "" || highLabel !== "") && (
        <Group justify="space-between" mb={6}>
          <Text size="sm">{lowLabel}</Text>
          <Text size="sm">{highLabel}</Text>
        </Group>
      )}
      <ul className={styles["entries"]} data-scale={scale}>
        {options.map((option) => (
          <li key={option.id} className={styles["entry"]}>
            <Text component="p" m={0}>
              {words({ type }, option)}
              {own.includes(option.id) && (
                <IconUserCheck
                  size={18}
                  aria-label={t("polls.yourVote")}
                  style={{ marginInlineStart: 6, verticalAlign: -3 }}
                />
              )}
              {correct.includes(option.id) && (
                <Text span c="pine" fw={600}>
                  {` · ${t("polls.correct")}`}
                </Text>
              )}
            </Text>
          </li>
        ))}
      </ul>
    </div>
  );
}
