import { Text, Title } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EntryAction } from "../EntryAction.tsx";
import styles from "../polls.module.css";

/** What a teacher has taken out of sight, and how to bring it back. */
export function HiddenEntries({
  entries,
  show,
}: {
  entries: readonly { readonly id: string; readonly text: string }[];
  show: (id: string) => void;
}) {
  const { t } = useTranslation();
  if (entries.length === 0) return null;
  return (
    <section style={{ marginTop: 20 }}>
      <Title order={2} size="h5" mb="xs">
        {t("polls.hiddenEntries")}
      </Title>
      <ul className={styles["entries"]} aria-label={t("polls.hiddenEntries")}>
        {entries.map(({ id, text }) => (
          <li key={id} className={styles["entry"]}>
            <Text component="p" m={0} c="dimmed" td="line-through">
              {text}
            </Text>
            <EntryAction
              label={t("polls.showEntry")}
              named={t("polls.showEntryNamed", { text })}
              onClick={() => show(id)}
            >
              <IconEye size={20} />
            </EntryAction>
          </li>
        ))}
      </ul>
    </section>
  );
}
