import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

/** How long an undo is offered. Long enough to read it twice. */
const UNDO_MILLISECONDS = 10_000;

/** Tell that something is done. */
export function tell(message: string): void {
  notifications.show({ message, color: "pine", withBorder: true });
}

/** Tell that something went wrong, in words, for long enough to read it twice. */
export function tellProblem(message: string, title?: string): void {
  notifications.show({ message, title, color: "red", withBorder: true, autoClose: 12_000, role: "alert" });
}

/** Tell what was done, and offer to take it back. */
export function tellWithUndo(options: { message: string; undoLabel: string; undo: () => void }): void {
  const id = notifications.show({
    color: "pine",
    withBorder: true,
    autoClose: UNDO_MILLISECONDS,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm">{options.message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          style={{ flex: "none" }}
          onClick={() => {
            notifications.hide(id);
            options.undo();
          }}
        >
          {options.undoLabel}
        </Button>
      </Group>
    ),
  });
}
