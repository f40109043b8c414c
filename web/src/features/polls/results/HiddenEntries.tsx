import { ActionIcon, Text, Title, Tooltip } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
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
            <Tooltip label={t("polls.showEntry")}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={44}
                aria-label={t("polls.showEntryNamed", { text })}
                onClick={() => show(id)}
              >
                <IconEye size={20} />
              </ActionIcon>
            </Tooltip>
          </li>
        ))}
      </ul>
    </section>
  );
}
