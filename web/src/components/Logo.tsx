import { Group, Text } from "@mantine/core";

export function Logo({ compact = false }: { compact?: boolean }) {
  return (
    <Group gap={8} wrap="nowrap" mih={44}>
      <img src="/favicon.svg" alt={compact ? "Lectern" : ""} width={28} height={28} />
      {!compact && (
        <Text fw={700} fz="lg" style={{ letterSpacing: -0.3 }}>
          Lectern
        </Text>
      )}
    </Group>
  );
}
