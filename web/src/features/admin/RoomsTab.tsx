import { Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue, useMediaQuery } from "@mantine/hooks";
import { IconActivity, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { roomsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { OpenRoom } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { RoomCards, RoomsTable } from "./RoomLists.tsx";

const NARROW = "(max-width: 56em)";

/** The documents that are open right now, and what happens in them. */
export function RoomsTab({ mayAct }: { mayAct: boolean }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 300);
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const rooms = useQuery(roomsQuery(api, search));
  // By name and not by figures: rows must not change places under the finger while the figures renew themselves.
  const order = new Intl.Collator(i18n.language).compare;
  const byName = [...(rooms.data ?? [])].sort(
    (a: OpenRoom, b: OpenRoom) =>
      order(a.class_title ?? "", b.class_title ?? "") ||
      order(a.title ?? "", b.title ?? "") ||
      order(a.document_id, b.document_id),
  );
  return (
    <Stack gap="lg">
      <Text c="dimmed">{t("rooms.about")}</Text>
      <TextInput
        size="md"
        aria-label={t("rooms.search")}
        placeholder={t("rooms.search")}
        leftSection={<IconSearch size={18} />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {rooms.isPending && <RowsLoading rows={4} />}
      {rooms.error && <ErrorState error={rooms.error} retry={() => void rooms.refetch()} />}
      {rooms.data?.length === 0 && (
        <EmptyState icon={<IconActivity size={28} />} title={t("rooms.emptyTitle")}>
          {t(search ? "rooms.noneFits" : "rooms.empty")}
        </EmptyState>
      )}
      {byName.length > 0 && (
        <div>
          <Text size="sm" c="dimmed" mb="xs">
            {t("rooms.count", { count: byName.length })}
          </Text>
          {narrow ? (
            <RoomCards rooms={byName} mayAct={mayAct} />
          ) : (
            <RoomsTable rooms={byName} mayAct={mayAct} />
          )}
        </div>
      )}
    </Stack>
  );
}
