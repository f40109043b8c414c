import { Skeleton, Stack } from "@mantine/core";

/** The shape of a list before it is there, so that nothing moves when it comes. */
export function RowsLoading({ rows = 3, height = 56 }: { rows?: number; height?: number }) {
  return (
    <Stack gap="sm" aria-busy aria-live="polite">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} radius="md" />
      ))}
    </Stack>
  );
}
