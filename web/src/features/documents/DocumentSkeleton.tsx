import { Box, Group, Skeleton } from "@mantine/core";

/** The shape of a document before it is there. */
export function DocumentSkeleton() {
  return (
    <Box h="100dvh" aria-busy>
      <Group h={48} px="sm" justify="space-between" wrap="nowrap">
        <Skeleton h={20} w={180} />
        <Skeleton h={20} w={90} />
      </Group>
      <Center />
    </Box>
  );
}

function Center() {
  return <Skeleton mx="auto" mt="md" h={44} w="min(560px, 90%)" radius="md" />;
}
