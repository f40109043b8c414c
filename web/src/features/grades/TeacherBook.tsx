import { ActionIcon, Alert, Button, Group, Menu, Stack, Text } from "@mantine/core";
import {
  IconAward,
  IconDots,
  IconDownload,
  IconHistory,
  IconPlus,
  IconScale,
  IconUpload,
  IconUsers,
} from "@tabler/icons-react";
import { useMutation, useQueryClient, type InfiniteData, type QueryKey } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { Problem } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { downloadBlob } from "@/components/download.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import type { Range } from "@/components/grid/window.ts";
import { SearchField, ShowMore, useSearch } from "@/components/LongList.tsx";
import { inSightKey, SEARCHED_FROM, useLongList, type Cursor } from "@/components/longList.ts";
import { pagesWithin } from "@/components/pages.ts";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { tellProblem } from "@/components/toast.tsx";
import { Changes } from "./Changes.tsx";
import { GradeGrid, type Place, type Typed } from "./GradeGrid.tsx";
import { ItemForm } from "./ItemForm.tsx";
import { bookList, type GradeChange, type Gradebook, type StudentRow } from "./queries.ts";
import { SchemeForm } from "./SchemeForm.tsx";
import { TableImport } from "./TableImport.tsx";
import { gradeProblem, number } from "./words.ts";

/** So many rows before the end of what is read the next page is read. */
const NEAR_ROWS = 30;

type Panel =
  | { readonly kind: "item"; readonly item: string }
  | { readonly kind: "add" | "scheme" | "import" }
  | { readonly kind: "changes"; readonly place: Place | null };

interface Conflict {
  readonly change: GradeChange;
  readonly current: {
    readonly points: number | null;
    readonly excused: boolean;
    readonly version: number;
    readonly graded_by: string | null;
  };
}

/** The gradebook of a class: a grid that one fills in with the keyboard. */
export function TeacherBook({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const search = useSearch();
  const sight = useRef<Range>({ from: 0, to: 0 });
  const list = bookList(api, room.id, search.query);
  const pages = useLongList({
    ...list,
    inSight: (read) =>
      pagesWithin(
        read.map(({ students }) => students.length),
        sight.current,
      ),
    // Columns and weights are everybody's.
    spread: (page, other) => ({ ...page, students: other.students, next_cursor: other.next_cursor }),
  });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = pages;
  const book = useMemo(() => whole(pages.data?.pages ?? []), [pages.data]);
  const read = book?.students.length ?? 0;
  const onSight = useCallback(
    (rows: Range) => {
      sight.current = rows;
      // Whoever comes near the end of what is read finds it read on.
      if (hasNextPage && !isFetchingNextPage && rows.to > read - NEAR_ROWS) void fetchNextPage();
    },
    [fetchNextPage, hasNextPage, isFetchingNextPage, read],
  );
  if (pages.error && !book) return <ErrorState error={pages.error} retry={() => void pages.refetch()} />;
  if (!book) return <RowsLoading rows={5} />;
  return (
    <Book
      room={room}
      book={book}
      queryKey={list.queryKey}
      onSight={onSight}
      searching={search.typed !== ""}
      field={
        (search.typed !== "" || read >= SEARCHED_FROM) && (
          <SearchField label={t("grades.search")} search={search} />
        )
      }
      more={<ShowMore list={pages} />}
    />
  );
}

function Book(props: {
  room: ClassRoom;
  book: Gradebook;
  queryKey: QueryKey;
  onSight: (rows: Range) => void;
  searching: boolean;
  field: ReactNode;
  more: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { room, book, queryKey: key } = props;
  const [panel, setPanel] = useState<Panel | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const path = { params: { path: { class_id: room.id } } };
  const set = useMutation({
    mutationFn: (change: GradeChange) =>
      body(api.PUT("/api/classes/{class_id}/grades", { ...path, body: { changes: [change] } })),
    onMutate: async (change) => {
      await client.cancelQueries({ queryKey: key });
      client.setQueryData(key, withChange(change, change.version));
    },
    onSuccess: (done, change) => {
      const version = done.items[0]?.version ?? change.version + 1;
      client.setQueryData(key, withChange(change, version));
    },
    onError: (error, change) => {
      const found = error instanceof Problem ? error.conflicts[0] : undefined;
      if (found) setConflict({ change, current: found["current"] as Conflict["current"] });
      else tellProblem(t(gradeProblem(error)));
    },
    // What it comes to is in the row, and that is in sight.
    onSettled: () => client.invalidateQueries({ queryKey: inSightKey(key) }),
  });
  const type = ({ student, item, points, excused }: Typed) => {
    const row = book.students.find(({ user_id }) => user_id === student);
    const grade = row?.grades.find(({ item_id }) => item_id === item);
    if ((grade?.points ?? null) === points && (grade?.excused ?? false) === excused) return;
    setConflict(null);
    set.mutate({ item_id: item, user_id: student, points, excused, version: grade?.version ?? 0 });
  };
  const download = useMutation({
    mutationFn: async () =>
      downloadBlob(
        await body(api.GET("/api/classes/{class_id}/grades.csv", { ...path, parseAs: "blob" })),
        `${room.title}.csv`,
      ),
    onError: (error) => tellProblem(t(gradeProblem(error))),
  });
  const words = (value: { points: number | null; excused?: boolean | undefined }) =>
    value.excused
      ? t("grades.excused")
      : value.points === null
        ? t("grades.nothing")
        : number(value.points, i18n.language);
  const addColumn = (
    <Button h={44} leftSection={<IconPlus size={18} />} onClick={() => setPanel({ kind: "add" })}>
      {t("grades.addItem")}
    </Button>
  );
  const item = panel?.kind === "item" ? book.items.find(({ id }) => id === panel.item) : undefined;
  const close = () => setPanel(null);
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        {props.field || (
          <Text size="sm" c="dimmed" visibleFrom="sm" style={{ flex: "1 1 260px" }}>
            {book.items.length > 0 && t("grades.keys")}
          </Text>
        )}
        <Group gap="sm">
          {book.items.length > 0 && addColumn}
          <Menu position="bottom-end" width={280}>
            <Menu.Target>
              <ActionIcon variant="default" size={44} aria-label={t("grades.more")}>
                <IconDots size={20} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconScale size={18} />} onClick={() => setPanel({ kind: "scheme" })}>
                {t("grades.scheme")}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconHistory size={18} />}
                onClick={() => setPanel({ kind: "changes", place: null })}
              >
                {t("grades.changes")}
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item leftSection={<IconDownload size={18} />} onClick={() => download.mutate()}>
                {t("grades.csv")}
              </Menu.Item>
              <Menu.Item leftSection={<IconUpload size={18} />} onClick={() => setPanel({ kind: "import" })}>
                {t("grades.import")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {conflict && (
        <Alert color="orange" variant="light" icon={<IconUsers size={20} />} role="alert">
          <Text size="sm">
            {t("grades.conflict", {
              name: conflict.current.graded_by ?? t("grades.somebody"),
              student: book.students.find(({ user_id }) => user_id === conflict.change.user_id)?.name ?? "",
              theirs: words(conflict.current),
              yours: words(conflict.change),
            })}
          </Text>
          <Group gap="xs" mt="xs">
            <Button size="compact-md" variant="default" onClick={() => setConflict(null)}>
              {t("grades.keepTheirs", { value: words(conflict.current) })}
            </Button>
            <Button
              size="compact-md"
              variant="default"
              onClick={() => {
                setConflict(null);
                set.mutate({ ...conflict.change, version: conflict.current.version });
              }}
            >
              {t("grades.useMine", { value: words(conflict.change) })}
            </Button>
          </Group>
        </Alert>
      )}
      {book.students.length === 0 && props.searching ? (
        <Text c="dimmed" ta="center" py="xl" role="status">
          {t("grades.noneFits")}
        </Text>
      ) : book.students.length === 0 ? (
        <EmptyState icon={<IconUsers size={28} />} title={t("grades.noStudents")}>
          {t("grades.noStudentsAbout")}
        </EmptyState>
      ) : book.items.length === 0 ? (
        <EmptyState icon={<IconAward size={28} />} title={t("grades.noneYet")} action={addColumn}>
          {t("grades.noneYetTeacher")}
        </EmptyState>
      ) : (
        <GradeGrid
          book={book}
          students={book.students}
          label={t("grades.gridLabel", { title: room.title })}
          onChange={type}
          onItem={(id) => setPanel({ kind: "item", item: id })}
          onHistory={(place) => setPanel({ kind: "changes", place })}
          onSight={props.onSight}
        />
      )}
      {props.field && book.items.length > 0 && (
        <Text size="sm" c="dimmed" visibleFrom="sm">
          {t("grades.keys")}
        </Text>
      )}
      {props.more}
      {panel?.kind === "add" && <ItemForm classId={room.id} book={book} item={null} onClose={close} />}
      {item && (
        <ItemForm
          key={item.id}
          classId={room.id}
          book={book}
          item={item}
          onHistory={() => setPanel({ kind: "changes", place: { item: item.id, student: "" } })}
          onClose={close}
        />
      )}
      {panel?.kind === "scheme" && <SchemeForm classId={room.id} book={book} onClose={close} />}
      {panel?.kind === "import" && <TableImport classId={room.id} book={book} onClose={close} />}
      {panel?.kind === "changes" && (
        <Changes classId={room.id} book={book} place={panel.place} onClose={close} />
      )}
    </Stack>
  );
}

/** The book with the students of all pages that are read. */
function whole(pages: readonly Gradebook[]): Gradebook | null {
  const first = pages[0];
  return first ? { ...first, students: pages.flatMap(({ students }) => students) } : null;
}

/** Pages as they are with a grade changed; what the grades come to is the server's to say. */
function withChange(change: GradeChange, version: number) {
  const changed = (row: StudentRow): StudentRow => {
    if (row.user_id !== change.user_id) return row;
    const before = row.grades.find(({ item_id }) => item_id === change.item_id);
    const grade = {
      share: null,
      dropped: false,
      ...before,
      item_id: change.item_id,
      points: change.points,
      excused: change.excused ?? false,
      returned: true,
      version,
    };
    return { ...row, grades: [...row.grades.filter(({ item_id }) => item_id !== change.item_id), grade] };
  };
  return (before: InfiniteData<Gradebook, Cursor> | undefined) =>
    before && {
      ...before,
      pages: before.pages.map((page) => ({ ...page, students: page.students.map(changed) })),
    };
}
