import { Alert } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";

/** What keeps the whole form from being accepted; what was typed stays. */
export function FormProblem({ words }: { words: string | null }) {
  if (!words) return null;
  return (
    <Alert color="red" variant="light" icon={<IconAlertCircle size={20} />} role="alert">
      {words}
    </Alert>
  );
}
