import { Avatar, Badge, Button, Group, Text, UnstyledButton } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { HistoryBurst } from "@/api/types.ts";
import { PersonAvatar } from "@/components/PersonAvatar.tsx";
import styles from "./HistoryPage.module.css";
import { byDay, timeOf, whenOf } from "./moments.ts";

/** Avatars beside a moment; who is not shown as one is still named. */
const MOST_AVATARS = 3;

/** The work on a document under its days; choosing one shows the moment after it. */
export function HistoryList(props: {
  bursts: readonly HistoryBurst[];
  /** The last row of the log: the moment after it is now. */
  newest: number;
  chosen: number | null;
  onChoose: (burst: HistoryBurst) => void;
  onMore: (() => void) | null;
  /** Whether what was before the last of them is no longer kept. */
  cut: boolean;
  loadingMore: boolean;
}) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {byDay(props.bursts, i18n.language).map((day) => (
        <section key={`${day.name} ${day.bursts[0]?.last_seq ?? 0}`}>
          <h2 className={styles["day"]}>{day.name}</h2>
          <ul className={styles["moments"]}>
            {day.bursts.map((burst) => (
              <li key={burst.first_seq}>
                <UnstyledButton
                  className={styles["moment"]}
                  aria-current={burst.last_seq === props.chosen}
                  onClick={() => props.onChoose(burst)}
                >
                  <Moment burst={burst} now={burst.last_seq === props.newest} />
                </UnstyledButton>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {props.onMore && (
        <Button variant="subtle" fullWidth h={44} my="sm" loading={props.loadingMore} onClick={props.onMore}>
          {t("history.more")}
        </Button>
      )}
      {props.cut && !props.onMore && (
        <Text size="sm" c="dimmed" px={8} py="sm">
          {t("history.begins")}
        </Text>
      )}
    </>
  );
}

function Moment({ burst, now }: { burst: HistoryBurst; now: boolean }) {
  const { t, i18n } = useTranslation();
  const names = burst.people.map(({ name }) => name ?? t("history.formerMember"));
  const who = new Intl.ListFormat(i18n.language, { style: "narrow" }).format(names);
  return (
    <Group wrap="nowrap" gap="sm" align="center">
      <div className={styles["what"]}>
        <Group gap="xs" wrap="nowrap">
          <Text fw={600} style={{ fontVariantNumeric: "tabular-nums" }}>
            {timeOf(burst, i18n.language)}
          </Text>
          {now && (
            <Badge variant="light" size="sm">
              {t("history.now")}
            </Badge>
          )}
        </Group>
        <Text size="sm" lineClamp={2}>
          {burst.restored_seq !== null ? <Restored burst={burst} /> : who || t("history.byServer")}
        </Text>
        <Text size="sm" c="dimmed">
          {burst.restored_seq === null ? t("history.changes", { count: burst.changes }) : who}
        </Text>
      </div>
      {burst.restored_seq !== null ? (
        <IconHistory size={20} aria-hidden />
      ) : (
        <Avatar.Group spacing={10} aria-hidden>
          {burst.people.slice(0, MOST_AVATARS).map(({ user_id, name, color, picture }) => (
            <PersonAvatar
              key={user_id}
              size={28}
              person={{ name: name ?? t("history.formerMember"), color: color ?? "#868e96", picture }}
            />
          ))}
        </Avatar.Group>
      )}
    </Group>
  );
}

function Restored({ burst }: { burst: HistoryBurst }) {
  const { t, i18n } = useTranslation();
  if (burst.restored_at !== null)
    return t("history.broughtBack", { when: whenOf(burst.restored_at, i18n.language) });
  return t(burst.restored_seq === 0 ? "history.broughtBackEmpty" : "history.broughtBackGone");
}
