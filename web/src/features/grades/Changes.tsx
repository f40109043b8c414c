import { Modal, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { ShowMore } from "@/components/LongList.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { moment } from "@/components/time.ts";
import type { Place } from "./GradeGrid.tsx";
import { changesQuery, type Gradebook, type LoggedChange } from "./queries.ts";
import { number } from "./words.ts";

/** Who changed which grade when, newest first; of one item or one grade, where that is asked for. */
export function Changes(props: {
  classId: string;
  book: Gradebook;
  place: Place | null;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const { place } = props;
  const found = useInfiniteQuery(
    changesQuery(api, props.classId, {
      ...(place?.item ? { item_id: place.item } : {}),
      ...(place?.student ? { user_id: place.student } : {}),
    }),
  );
  const changes = found.data?.pages.flatMap(({ items }) => items);
  const titles = new Map(props.book.items.map(({ id, title }) => [id, title]));
  const words = (points: number | null | undefined, excused: boolean) =>
    excused ? t("grades.excused") : points == null ? t("grades.nothing") : number(points, i18n.language);
  const line = (change: LoggedChange) =>
    t("grades.change", {
      student: change.student,
      item: titles.get(change.item_id) ?? t("grades.removedItem"),
      before: words(change.points_before, change.excused_before),
      after: words(change.points_after, change.excused_after),
    });
  return (
    <Modal opened onClose={props.onClose} title={t("grades.changes")} centered size="lg">
      {found.isPending && <RowsLoading rows={4} />}
      {found.error && !found.data && <ErrorState error={found.error} retry={() => void found.refetch()} />}
      {changes?.length === 0 && <Text c="dimmed">{t("grades.noChanges")}</Text>}
      <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: "none" }}>
        {changes?.map((change) => (
          <li key={change.id}>
            <Text size="sm">{line(change)}</Text>
            <Text size="sm" c="dimmed">
              {[
                change.changed_by ?? t("grades.somebody"),
                moment(change.changed_at, i18n.language),
                t(`grades.source.${change.source}`),
              ].join(" · ")}
            </Text>
          </li>
        ))}
      </Stack>
      <ShowMore list={found} />
    </Modal>
  );
}
