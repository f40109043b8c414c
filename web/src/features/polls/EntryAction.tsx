import { ActionIcon, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

/** What a teacher does with one entry of a list: `label` is shown, `named` is read aloud and says with which. */
export function EntryAction(props: {
  label: string;
  named: string;
  pressed?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        variant={props.pressed ? "light" : "subtle"}
        color={props.pressed ? "pine" : "gray"}
        size={44}
        aria-pressed={props.pressed}
        aria-label={props.named}
        onClick={props.onClick}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}
