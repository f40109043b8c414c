import { ActionIcon, Button, Group, Stack, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { LivePoll } from "../core/pollDocument.ts";
import styles from "../polls.module.css";
import { useDraft } from "../useDraft.ts";
import { useOptionWords } from "../words.ts";

/** Put all options into an order with two arrows each: by finger, mouse or keyboard alike. */
export function Ranking(props: {
  poll: LivePoll;
  own: readonly string[];
  cast: (choices: readonly string[]) => void;
}) {
  const { t } = useTranslation();
  const words = useOptionWords();
  const { poll, own, cast } = props;
  const [moved, setMoved] = useDraft(poll);
  const given = poll.options.map(({ id }) => id);
  const order = moved ?? [...own, ...given.filter((id) => !own.includes(id))];
  const move = (index: number, by: number) => {
    const next = [...order];
    const [taken] = next.splice(index, 1);
    if (taken === undefined) return;
    next.splice(index + by, 0, taken);
    setMoved(next);
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t("polls.rankAbout")}
      </Text>
      <ol className={styles["entries"]} aria-label={poll.question}>
        {order.map((id, index) => {
          const option = poll.options.find((each) => each.id === id);
          const name = option ? words(poll, option) : id;
          return (
            <li key={id} className={styles["entry"]}>
              <Text span fw={650} className={styles["number"]}>
                {index + 1}
              </Text>
              <Text component="p" m={0}>
                {name}
              </Text>
              <Group gap={4} wrap="nowrap">
                <ActionIcon
                  variant="default"
                  size={44}
                  disabled={index === 0}
                  aria-label={t("polls.moveUp", { name })}
                  onClick={() => move(index, -1)}
                >
                  <IconArrowUp size={20} />
                </ActionIcon>
                <ActionIcon
                  variant="default"
                  size={44}
                  disabled={index === order.length - 1}
                  aria-label={t("polls.moveDown", { name })}
                  onClick={() => move(index, 1)}
                >
                  <IconArrowDown size={20} />
                </ActionIcon>
              </Group>
            </li>
          );
        })}
      </ol>
      <Button
        h={48}
        disabled={own.length > 0 && (moved === null || moved.join() === own.join())}
        onClick={() => {
          cast(order.slice(0, poll.maxChoices));
          setMoved(null);
        }}
      >
        {own.length > 0 ? t("polls.changeVote") : t("polls.giveRanking")}
      </Button>
    </Stack>
  );
}
