import { Container, Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTitle } from "./useTitle.ts";

/** The frame of an ordinary page: its name, its one primary action, its content. */
export function Page(props: { title: string; detail?: ReactNode; action?: ReactNode; children: ReactNode }) {
  useTitle(props.title);
  return (
    <Container size="lg" py={{ base: "md", sm: "xl" }} px={{ base: "md", sm: "lg" }}>
      <Group justify="space-between" align="flex-end" mb="lg" gap="sm">
        <div style={{ minWidth: 0 }}>
          <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
            {props.title}
          </Title>
          {props.detail && (
            <Text c="dimmed" component="div">
              {props.detail}
            </Text>
          )}
        </div>
        {props.action}
      </Group>
      {props.children}
    </Container>
  );
}
