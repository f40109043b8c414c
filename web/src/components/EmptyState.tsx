import { Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** Nothing here yet: say so, and what to do next. */
export function EmptyState(props: {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Stack align="center" gap="xs" py={56} px="md" ta="center">
      <ThemeIcon variant="light" size={56} radius="xl" aria-hidden>
        {props.icon}
      </ThemeIcon>
      <Title order={2} size="h4" mt="xs">
        {props.title}
      </Title>
      <Text c="dimmed" maw={420}>
        {props.children}
      </Text>
      {props.action && <div style={{ marginTop: 8 }}>{props.action}</div>}
    </Stack>
  );
}
