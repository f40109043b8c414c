import { ActionIcon, Button, Group, Modal, Select, Stack, Text, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { moment } from "@/components/time.ts";
import { fromField, LATEST_FIELD, toField } from "@/components/timeField.ts";
import { extensionsQuery, foundStudentsQuery, workChanged, type Assignment } from "./queries.ts";
import { workProblem } from "./words.ts";

/** Who has more time, and to give it to somebody else. */
export function Extensions(props: { assignment: Assignment; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { assignment } = props;
  const [student, setStudent] = useState<{ value: string; label: string } | null>(null);
  const [typed, setTyped] = useState("");
  // Whom one has chosen stands in the field, and is not searched for.
  const [query] = useDebouncedValue(typed === student?.label ? "" : typed.trim(), 200);
  const students = useQuery(foundStudentsQuery(api, assignment.id, query));
  const choices = (students.data ?? []).map(({ user, namesake }) => ({
    value: user.id,
    // The field shows no second line of whom was chosen.
    label: [user.name, namesake ? user.email : null].filter(Boolean).join(" · "),
  }));
  const [due, setDue] = useState(toField(assignment.due_at));
  const found = useQuery(extensionsQuery(api, assignment.id));
  const address = "/api/assignments/{assignment_id}/extensions/{user_id}" as const;
  const path = (userId: string) => ({ params: { path: { assignment_id: assignment.id, user_id: userId } } });
  const settle = {
    onSettled: () => workChanged(client, { assignmentId: assignment.id, classId: assignment.class_id }),
  };
  const give = useMutation({
    mutationFn: async () => {
      const until = fromField(due);
      if (student === null || until === null) return;
      await api.PUT(address, { ...path(student.value), body: { due_at: until } });
    },
    onSuccess: () => {
      setStudent(null);
      setTyped("");
    },
    ...settle,
  });
  const take = useMutation({ mutationFn: (userId: string) => api.DELETE(address, path(userId)), ...settle });
  const addressOf = (each: { namesake: boolean; email: string }) => (each.namesake ? each.email : null);
  const problem = give.error ?? take.error;
  return (
    <Modal opened onClose={props.onClose} title={t("assignments.extensions")} centered>
      <Stack>
        <FormProblem words={problem ? t(workProblem(problem)) : null} />
        {found.isPending && <RowsLoading rows={2} />}
        {found.error && !found.data && <ErrorState error={found.error} retry={() => void found.refetch()} />}
        {found.data?.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("assignments.noExtensions")}
          </Text>
        )}
        <Stack component="ul" gap={0} p={0} m={0} style={{ listStyle: "none" }}>
          {found.data?.map((each) => (
            <Group component="li" key={each.user_id} justify="space-between" wrap="nowrap">
              <div style={{ minWidth: 0 }}>
                <Text truncate>{each.name}</Text>
                {addressOf(each) && (
                  <Text size="sm" c="dimmed" truncate>
                    {addressOf(each)}
                  </Text>
                )}
                <Text size="sm" c="dimmed">
                  {t("assignments.due", { when: moment(each.due_at, i18n.language) })}
                </Text>
              </div>
              <Tooltip label={t("assignments.endExtension")}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={44}
                  aria-label={t("assignments.endExtensionOf", { name: addressOf(each) ?? each.name })}
                  onClick={() => take.mutate(each.user_id)}
                >
                  <IconX size={18} />
                </ActionIcon>
              </Tooltip>
            </Group>
          ))}
        </Stack>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            give.mutate();
          }}
        >
          <Stack gap="sm">
            <Select
              label={t("assignments.student")}
              searchable
              data={
                student && !choices.some(({ value }) => value === student.value)
                  ? [student, ...choices]
                  : choices
              }
              filter={({ options }) => options}
              searchValue={typed}
              onSearchChange={setTyped}
              value={student?.value ?? null}
              onChange={(value) => setStudent(choices.find((each) => each.value === value) ?? null)}
              nothingFoundMessage={t("assignments.nobody")}
            />
            <TextInput
              type="datetime-local"
              max={LATEST_FIELD}
              label={t("assignments.theirDue")}
              value={due}
              onChange={(event) => setDue(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button type="submit" h={44} loading={give.isPending} disabled={student === null || due === ""}>
                {t("assignments.giveTime")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Stack>
    </Modal>
  );
}
