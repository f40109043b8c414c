import { Group, Select, Stack, Text } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { SearchField, ShowMore, useSearch } from "@/components/LongList.tsx";
import { pagesInWindow, SEARCHED_FROM, useLongList } from "@/components/longList.ts";
import { PersonAvatar } from "@/components/PersonAvatar.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import styles from "./assignments.module.css";
import { workList, type Assignment, type SubmissionLine, type WorkState } from "./queries.ts";
import { WorkBadge } from "./WorkBadge.tsx";
import { number } from "./words.ts";

const STATES: readonly WorkState[] = ["handed_in", "returned", "working", "none"];

/** The work of the class, by name: whose it is, how far it has come, what it is worth. */
export function WorkLines({ assignment }: { assignment: Assignment }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const search = useSearch();
  const [state, setState] = useState<WorkState | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const work = useLongList({
    ...workList(api, assignment.id, { query: search.query, state }),
    inSight: (pages) =>
      pagesInWindow(
        list.current,
        pages.map(({ items }) => items.length),
      ),
  });
  const lines = work.data?.pages.flatMap(({ items }) => items);
  const narrowed = search.typed !== "" || state !== null;
  return (
    <>
      {(narrowed || (lines?.length ?? 0) >= SEARCHED_FROM) && (
        <Group gap="sm" mb="sm">
          <SearchField label={t("assignments.search")} search={search} />
          <Select
            size="md"
            style={{ flex: "1 1 150px" }}
            aria-label={t("assignments.filter")}
            allowDeselect={false}
            value={state ?? "all"}
            data={[
              { value: "all", label: t("assignments.everyState") },
              ...STATES.map((value) => ({ value, label: t(`assignments.state.${value}`) })),
            ]}
            onChange={(value) => setState(STATES.find((known) => known === value) ?? null)}
          />
        </Group>
      )}
      {work.isPending && <RowsLoading rows={4} />}
      {work.error && !lines && <ErrorState error={work.error} retry={() => void work.refetch()} />}
      {lines?.length === 0 &&
        (narrowed ? (
          <Text c="dimmed" ta="center" py="xl" role="status">
            {t("assignments.noneFits")}
          </Text>
        ) : (
          <EmptyState icon={<IconUsers size={28} />} title={t("assignments.noStudents")}>
            {t("assignments.noStudentsAbout")}
          </EmptyState>
        ))}
      <Stack component="ul" ref={list} gap={2} p={0} m={0} style={{ listStyle: "none" }}>
        {lines?.map((line) => (
          <WorkLine key={line.user.id} line={line} assignment={assignment} />
        ))}
      </Stack>
      <ShowMore list={work} />
    </>
  );
}

/** Drawn anew only where something of it has changed. */
const WorkLine = memo(function WorkLine(props: { line: SubmissionLine; assignment: Assignment }) {
  const { line, assignment } = props;
  const address = line.namesake ? line.user.email : null;
  const { t, i18n } = useTranslation();
  return (
    <li className={styles["line"]}>
      <PersonAvatar person={line.user} size={32} />
      <div style={{ flex: "1 1 140px", minWidth: 0 }}>
        <Text truncate>
          {line.id == null || line.attempts === 0 ? (
            <bdi>{line.user.name}</bdi>
          ) : (
            <Link
              to="/submissions/$submissionId"
              params={{ submissionId: line.id }}
              className={styles["open"]}
            >
              <bdi>{line.user.name}</bdi>
            </Link>
          )}
        </Text>
        {address && (
          <Text size="sm" c="dimmed" truncate>
            {address}
          </Text>
        )}
        {line.extended && (
          <Text size="sm" c="dimmed">
            {t("assignments.extended")}
          </Text>
        )}
      </div>
      {line.excused ? (
        <Text size="sm">{t("assignments.excused")}</Text>
      ) : (
        line.points != null &&
        assignment.points_max != null && (
          <Text size="sm" fw={600}>
            {line.label ??
              t("assignments.of", {
                points: number(line.points, i18n.language),
                max: number(assignment.points_max, i18n.language),
              })}
          </Text>
        )
      )}
      <WorkBadge state={line.state} lateSeconds={line.late_seconds} />
    </li>
  );
});
