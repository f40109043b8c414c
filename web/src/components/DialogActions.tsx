import { Group } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./DialogActions.module.css";

/** The buttons of a dialog that may be longer than the screen: they stay in sight at its end, and the rest scrolls behind them. */
export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <Group justify="flex-end" gap="sm" className={classes["actions"]}>
      {children}
    </Group>
  );
}
