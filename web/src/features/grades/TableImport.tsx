import { Alert, Button, FileButton, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { problemFrom } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { DialogActions } from "@/components/DialogActions.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { tell } from "@/components/toast.tsx";
import { bookChanged, type Gradebook, type TablePreview } from "./queries.ts";
import { gradeProblem, number } from "./words.ts";

/** More lines than this are told in numbers. */
const SHOWN = 200;

/** Read grades from a table: first what it would change and what is wrong in it, then, if wanted, do it. */
export function TableImport(props: { classId: string; book: Gradebook; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { api, fetch } = useServices();
  const client = useQueryClient();
  const titles = new Map(props.book.items.map((item) => [item.id, item]));
  const preview = useMutation({
    mutationFn: async (file: File): Promise<TablePreview> => {
      const response = await fetch(
        new Request(`/api/classes/${props.classId}/grades/preview`, {
          method: "POST",
          body: await file.arrayBuffer(),
          headers: { "Content-Type": "text/csv" },
        }),
      );
      if (!response.ok) throw await problemFrom(response);
      return (await response.json()) as TablePreview;
    },
  });
  const found = preview.data;
  const apply = useMutation({
    mutationFn: () =>
      api.PUT("/api/classes/{class_id}/grades", {
        params: { path: { class_id: props.classId } },
        body: {
          source: "table",
          changes: (found?.changes ?? []).map(({ item_id, user_id, points, excused, version }) => ({
            item_id,
            user_id,
            points,
            excused,
            version,
          })),
        },
      }),
    onSuccess: () => {
      tell(t("grades.imported", { count: found?.changes.length ?? 0 }));
      props.onClose();
    },
    onSettled: () => bookChanged(client, props.classId),
  });
  const words = (points: number | null | undefined, excused: boolean) =>
    excused ? t("grades.excused") : points == null ? t("grades.nothing") : number(points, i18n.language);
  const problem = preview.error ?? apply.error;
  return (
    <Modal opened onClose={props.onClose} title={t("grades.import")} centered size="lg">
      <Stack>
        <Text size="sm" c="dimmed">
          {t("grades.importAbout")}
        </Text>
        <FormProblem words={problem ? t(gradeProblem(problem)) : null} />
        <Group>
          <FileButton
            accept=".csv,.txt,.tsv,text/csv,text/plain"
            onChange={(file) => file && preview.mutate(file)}
          >
            {(button) => (
              <Button
                {...button}
                h={44}
                variant={found ? "default" : "filled"}
                leftSection={<IconUpload size={18} />}
                loading={preview.isPending}
              >
                {t("grades.chooseTable")}
              </Button>
            )}
          </FileButton>
        </Group>
        {found && found.bad_rows.length > 0 && (
          <Alert color="orange" variant="light" icon={<IconAlertTriangle size={20} />} role="alert">
            <Text size="sm" fw={600}>
              {t("grades.badRows", { count: found.bad_rows.length })}
            </Text>
            <Stack component="ul" gap={2} m={0} ps="md" mah={180} style={{ overflow: "auto" }}>
              {found.bad_rows.slice(0, SHOWN).map((row, at) => (
                <Text component="li" size="sm" key={at}>
                  {t("grades.badRow", {
                    line: row.line,
                    what: t(`grades.fault.${row.fault}`, { value: row.value, column: row.column ?? "" }),
                  })}
                </Text>
              ))}
            </Stack>
          </Alert>
        )}
        {found && found.unknown_columns.length > 0 && (
          <Text size="sm" c="dimmed">
            {t("grades.unknownColumns", { columns: found.unknown_columns.join(", ") })}
          </Text>
        )}
        {found && (
          <Text fw={600} role="status">
            {found.changes.length === 0
              ? t("grades.nothingToChange")
              : t("grades.wouldChange", { count: found.changes.length })}
          </Text>
        )}
        {found && found.changes.length > 0 && (
          <Table.ScrollContainer minWidth={360} mah={320}>
            <Table fz="sm" verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t("grades.student")}</Table.Th>
                  <Table.Th scope="col">{t("grades.item")}</Table.Th>
                  <Table.Th scope="col">{t("grades.now")}</Table.Th>
                  <Table.Th scope="col">{t("grades.then")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.changes.slice(0, SHOWN).map((change) => {
                  const item = titles.get(change.item_id);
                  const above = item && change.points != null && change.points > item.points_max;
                  return (
                    <Table.Tr key={`${change.item_id} ${change.user_id}`}>
                      <Table.Td>{change.name}</Table.Td>
                      <Table.Td>{item?.title}</Table.Td>
                      <Table.Td>{words(change.points_before, change.excused_before)}</Table.Td>
                      <Table.Td fw={600}>
                        {words(change.points, change.excused)}
                        {above && (
                          <Text span size="sm" c="var(--mantine-color-error)">
                            {` ${t("grades.aboveMax", { max: number(item.points_max, i18n.language) })}`}
                          </Text>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        <DialogActions>
          <Button variant="subtle" color="gray" h={44} onClick={props.onClose}>
            {t("actions.cancel")}
          </Button>
          {found && found.changes.length > 0 && (
            <Button h={44} loading={apply.isPending} onClick={() => apply.mutate()}>
              {t("grades.importNow", { count: found.changes.length })}
            </Button>
          )}
        </DialogActions>
      </Stack>
    </Modal>
  );
}
