import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** The three dots after a row or a heading, and what can be done with it. */
export function MoreMenu(props: {
  /** What the menu is for, with its name: there may be many on a page. */
  label: string;
  width?: number;
  /** Beside buttons it looks like one; in a row it stays quiet. */
  framed?: boolean;
  className?: string | undefined;
  children: ReactNode;
}) {
  const { framed = false } = props;
  return (
    <Menu position="bottom-end" width={props.width ?? 260}>
      <Menu.Target>
        <ActionIcon
          variant={framed ? "default" : "subtle"}
          color={framed ? undefined : "gray"}
          size={44}
          className={props.className}
          aria-label={props.label}
        >
          <IconDots size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{props.children}</Menu.Dropdown>
    </Menu>
  );
}

/** What takes something away, last in such a menu; `label`: where it is not called deleting. */
export function DeleteItem({ label, onClick }: { label?: string; onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <Menu.Item leftSection={<IconTrash size={18} />} c="var(--mantine-color-error)" onClick={onClick}>
      {label ?? t("actions.delete")}
    </Menu.Item>
  );
}
