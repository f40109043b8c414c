import { Badge, Card, Group, SimpleGrid, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OpenRoom } from "@/api/types.ts";
import { dataSize } from "@/components/sizes.ts";
import { RoomMenu } from "./RoomMenu.tsx";
import { useRoomTitle } from "./useRoomActions.tsx";

interface Rooms {
  readonly rooms: readonly OpenRoom[];
  readonly mayAct: boolean;
}

const FIGURES = ["people", "connections", "updates", "size", "backlog"] as const;

function useFigures(room: OpenRoom): Record<(typeof FIGURES)[number], string> {
  const { i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  return {
    people: number.format(room.people_count),
    connections: number.format(room.session_count),
    updates: number.format(room.seq),
    size: dataSize(room.size, i18n.language),
    backlog: number.format(room.backlog),
  };
}

/** Open documents where there is room for all figures side by side. */
export function RoomsTable({ rooms, mayAct }: Rooms) {
  const { t } = useTranslation();
  return (
    <Table verticalSpacing="xs" aria-label={t("rooms.title")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("rooms.document")}</Table.Th>
          {FIGURES.map((figure) => (
            <Table.Th key={figure} ta="end">
              {t(`rooms.${figure}`)}
            </Table.Th>
          ))}
          <Table.Th>{t("rooms.state")}</Table.Th>
          <Table.Th>
            <VisuallyHidden>{t("rooms.actions")}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rooms.map((room) => (
          <TableRow key={room.document_id} room={room} mayAct={mayAct} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function TableRow({ room, mayAct }: { room: OpenRoom; mayAct: boolean }) {
  const figures = useFigures(room);
  return (
    <Table.Tr>
      <Table.Td maw={320}>
        <Name room={room} />
      </Table.Td>
      {FIGURES.map((figure) => (
        <Table.Td key={figure} ta="end" style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}>
          {figures[figure]}
        </Table.Td>
      ))}
      <Table.Td>
        <State room={room} />
      </Table.Td>
      <Table.Td ta="end">
        <RoomMenu room={room} mayAct={mayAct} />
      </Table.Td>
    </Table.Tr>
  );
}

/** The same on a phone: one card each. */
export function RoomCards({ rooms, mayAct }: Rooms) {
  const { t } = useTranslation();
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label={t("rooms.title")}>
      {rooms.map((room) => (
        <RoomCard key={room.document_id} room={room} mayAct={mayAct} />
      ))}
    </Stack>
  );
}

function RoomCard({ room, mayAct }: { room: OpenRoom; mayAct: boolean }) {
  const { t } = useTranslation();
  const figures = useFigures(room);
  return (
    <Card component="li" withBorder radius="lg" padding="md">
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
        <Name room={room} />
        <RoomMenu room={room} mayAct={mayAct} />
      </Group>
      <Group mt="xs">
        <State room={room} />
      </Group>
      <SimpleGrid component="dl" cols={2} spacing="xs" verticalSpacing={6} mt="sm" mb={0}>
        {FIGURES.map((figure) => (
          <div key={figure}>
            <Text component="dt" size="sm" c="dimmed">
              {t(`rooms.${figure}`)}
            </Text>
            <Text component="dd" m={0}>
              {figures[figure]}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Card>
  );
}

function Name({ room }: { room: OpenRoom }) {
  const title = useRoomTitle(room);
  return (
    <div style={{ minWidth: 0 }}>
      <Text lineClamp={2} fw={600} style={{ overflowWrap: "anywhere" }}>
        {title}
      </Text>
      <Text size="sm" c="dimmed" truncate>
        {room.class_title ?? room.document_id}
      </Text>
    </div>
  );
}

function State({ room }: { room: OpenRoom }) {
  const { t } = useTranslation();
  if (room.congested_count > 0) {
    return (
      <Badge variant="light" color="orange">
        {t("rooms.slow", { count: room.congested_count })}
      </Badge>
    );
  }
  return (
    <Badge variant="light" color="gray">
      {t(room.backlog > 0 ? "rooms.busy" : "rooms.calm")}
    </Badge>
  );
}
