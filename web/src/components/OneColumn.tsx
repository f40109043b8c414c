import { Anchor, Box, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { LanguageMenu } from "./LanguageMenu.tsx";
import { Logo } from "./Logo.tsx";

/** The frame of pages before the door: one column, one thing to do. */
export function OneColumn(props: {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
}) {
  return (
    <Box mih="100dvh" style={{ display: "grid", gridTemplateRows: "auto 1fr" }}>
      <Group component="header" justify="space-between" px="md" py="xs">
        <Anchor href="/" underline="never" c="inherit">
          <Logo />
        </Anchor>
        <LanguageMenu />
      </Group>
      <Stack
        component="main"
        w="100%"
        maw={420}
        mx="auto"
        px="md"
        pt="clamp(16px, 9vh, 96px)"
        pb="xl"
        gap="lg"
      >
        <div>
          <Title order={1} size="h2">
            {props.title}
          </Title>
          {props.lead && (
            <Text c="dimmed" mt={4} component="div">
              {props.lead}
            </Text>
          )}
        </div>
        {props.children}
        {props.footer && (
          <Text size="sm" c="dimmed" component="div">
            {props.footer}
          </Text>
        )}
      </Stack>
    </Box>
  );
}
