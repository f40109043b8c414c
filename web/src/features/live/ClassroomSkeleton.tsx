import { Group, Skeleton } from "@mantine/core";

/** The shape of the classroom before it is there. */
export function ClassroomSkeleton() {
  return (
    <main style={{ height: "100dvh" }} aria-busy>
      <Group h={48} px="sm" justify="space-between" wrap="nowrap">
        <Skeleton h={20} w={200} />
        <Skeleton h={20} w={120} />
      </Group>
      <Skeleton mx="auto" mt="xl" h="60%" w="min(900px, 92%)" radius="lg" />
    </main>
  );
}
