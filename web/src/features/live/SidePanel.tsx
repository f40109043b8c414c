import { CloseButton, Drawer, Group, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import styles from "./Classroom.module.css";

/** What slides in beside the stage; on a phone from below, over it. */
export function SidePanel(props: {
  title: string;
  asDrawer: boolean;
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  if (props.asDrawer) {
    return (
      <Drawer
        opened={props.opened}
        onClose={props.onClose}
        position="bottom"
        size="75%"
        title={props.title}
        closeButtonProps={{ "aria-label": t("actions.close") }}
      >
        {props.children}
      </Drawer>
    );
  }
  if (!props.opened) return null;
  return (
    <aside className={styles["panel"]} aria-label={props.title}>
      <Group justify="space-between" wrap="nowrap" mb="xs">
        <Title order={2} size="h5">
          {props.title}
        </Title>
        <CloseButton size="lg" aria-label={t("actions.close")} onClick={props.onClose} />
      </Group>
      {props.children}
    </aside>
  );
}
