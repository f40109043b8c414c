import { Alert, Button, Group, Stack, Text, VisuallyHidden } from "@mantine/core";
import { IconAlertTriangle, IconListCheck, IconUsers } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { downloadBlob } from "@/components/download.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { tellProblem } from "@/components/toast.tsx";
import { activityLink } from "./activityLink.ts";
import { BoardTools } from "./BoardTools.tsx";
import { CellPanel } from "./CellPanel.tsx";
import { ColumnForm } from "./ColumnForm.tsx";
import { ColumnPanel } from "./ColumnPanel.tsx";
import type { BoardStore } from "./core/boardStore.ts";
import { ProgressGrid } from "./ProgressGrid.tsx";
import type { ProgressColumn } from "./queries.ts";
import { useAnnouncements } from "./useAnnouncements.ts";
import { useObserved } from "./useBoardStore.ts";
import { useColumnActions } from "./useColumnActions.ts";
import { useRows } from "./useRows.ts";

// The charts' library is large; it comes when somebody asks for charts.
const SummaryPanel = lazy(() => import("./SummaryPanel.tsx"));

type Panel =
  | { readonly kind: "cell"; readonly person: string; readonly column: string }
  | { readonly kind: "column" | "edit"; readonly column: string }
  | { readonly kind: "add" | "summary" };

/** The whole class's progress, for its teachers: it moves in place while people work. */
export function TeacherBoard(props: {
  room: ClassRoom;
  store: BoardStore;
  known: readonly ProgressColumn[];
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const { room, store } = props;
  const [panel, setPanel] = useState<Panel | null>(null);
  const [showsHidden, setShowsHidden] = useState(false);
  const everyColumn = useObserved(store.columns);
  const people = useObserved(store.people);
  const damaged = useObserved(store.damaged);
  const columns = useMemo(
    () => (showsHidden ? everyColumn : everyColumn.filter(({ hidden }) => !hidden)),
    [everyColumn, showsHidden],
  );
  const rows = useRows(store, people, columns);
  const actions = useColumnActions(room.id);
  const download = useMutation({
    mutationFn: async () => {
      const path = { params: { path: { class_id: room.id } }, parseAs: "blob" } as const;
      downloadBlob(await body(api.GET("/api/classes/{class_id}/progress.csv", path)), `${room.title}.csv`);
    },
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  // Whoever opened a panel with the keyboard goes on where they were.
  const opener = useRef<Element | null>(null);
  const show = (next: Panel) => {
    if (panel === null) opener.current = document.activeElement;
    setPanel(next);
  };
  const close = () => {
    setPanel(null);
    const back = opener.current;
    if (back instanceof HTMLElement) requestAnimationFrame(() => back.focus({ preventScroll: true }));
  };
  const open =
    panel !== null && "column" in panel ? everyColumn.find(({ id }) => id === panel.column) : undefined;
  const person = panel?.kind === "cell" ? people.find(({ id }) => id === panel.person) : undefined;
  const behind = props.known.find(({ id }) => id === open?.id);
  const sort = rows.sort;
  const move = (id: string, by: -1 | 1) => {
    const ids = columns.map((column) => column.id);
    const from = ids.indexOf(id);
    ids.splice(from, 1);
    ids.splice(from + by, 0, id);
    actions.order(ids);
  };
  return (
    <Stack gap="md">
      <BoardTools
        search={rows.search}
        onSearch={rows.setSearch}
        state={rows.state}
        onState={rows.filterBy}
        sort={sort}
        sortColumn={typeof sort === "object" ? columns.find(({ id }) => id === sort.column) : undefined}
        onSort={rows.sortBy}
        hiddenCount={everyColumn.filter(({ hidden }) => hidden).length}
        showsHidden={showsHidden}
        onShowHidden={() => setShowsHidden(!showsHidden)}
        onAdd={() => show({ kind: "add" })}
        onSummary={() => show({ kind: "summary" })}
        onDownload={() => download.mutate()}
        onRebuild={actions.rebuild}
      />
      {damaged && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle size={20} />} role="status">
          <Group justify="space-between" gap="sm">
            <Text size="sm">{t("progress.damaged")}</Text>
            <Button variant="default" onClick={actions.rebuild}>
              {t("progress.rebuild")}
            </Button>
          </Group>
        </Alert>
      )}
      <Announcer store={store} />
      {people.length === 0 ? (
        <EmptyState icon={<IconUsers size={28} />} title={t("progress.noStudentsTitle")}>
          {t("progress.noStudents")}
        </EmptyState>
      ) : columns.length === 0 ? (
        <EmptyState icon={<IconListCheck size={28} />} title={t("progress.noColumnsTitle")}>
          {t("progress.noColumns")}
        </EmptyState>
      ) : rows.rows.length === 0 ? (
        <Text c="dimmed" ta="center" py="xl" role="status">
          {t("progress.noneFits")}
        </Text>
      ) : (
        <ProgressGrid
          store={store}
          people={rows.rows}
          columns={columns}
          label={t("progress.gridLabel", { title: room.title })}
          onCell={(personId, column) => show({ kind: "cell", person: personId, column })}
          onColumn={(column) => show({ kind: "column", column })}
        />
      )}
      {panel?.kind === "cell" && person && open && (
        <CellPanel classId={room.id} store={store} person={person} column={open} onClose={close} />
      )}
      {panel?.kind === "column" && open && (
        <ColumnPanel
          column={open}
          activity={activityLink(room.id, behind)}
          first={columns[0]?.id === open.id}
          last={columns.at(-1)?.id === open.id}
          onSort={() => rows.sortBy({ column: open.id })}
          onEdit={() => show({ kind: "edit", column: open.id })}
          onMove={(by) => move(open.id, by)}
          onHide={() => actions.hide(open)}
          onRemove={() => actions.remove(open)}
          onClose={close}
        />
      )}
      {panel?.kind === "edit" && open && (
        <ColumnForm
          heading={t("progress.editColumn")}
          submit={t("actions.save")}
          initial={open}
          typeIsGiven={behind?.activity_kind !== null}
          onSubmit={(values) => actions.change(open, values, behind?.activity_kind !== null)}
          onClose={close}
        />
      )}
      {panel?.kind === "add" && (
        <ColumnForm
          heading={t("progress.addColumn")}
          submit={t("progress.addColumnSubmit")}
          onSubmit={actions.add}
          onClose={close}
        />
      )}
      {panel?.kind === "summary" && (
        <Suspense fallback={<RowsLoading rows={3} />}>
          <SummaryPanel classId={room.id} title={room.title} onClose={close} />
        </Suspense>
      )}
    </Stack>
  );
}

/** Says now and then what has moved; by itself, so that nothing else is drawn anew for it. */
function Announcer({ store }: { store: BoardStore }) {
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {useAnnouncements(store)}
    </VisuallyHidden>
  );
}
