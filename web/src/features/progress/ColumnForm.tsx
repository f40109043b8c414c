import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { fromTouchedField, LATEST_FIELD, toField } from "@/components/timeField.ts";
import type { OwnType } from "./queries.ts";
import { typeWords } from "./words.ts";

const OWN_TYPES = ["task", "reading", "test", "presentation"] as const satisfies readonly OwnType[];

export interface ColumnValues {
  readonly title: string;
  readonly type: OwnType;
  readonly dueAt: string | null;
}

/** Ask for a column's title, type and due date. */
export function ColumnForm(props: {
  heading: string;
  submit: string;
  initial?: { title: string; type: string; dueAt: string | null };
  /** A column about something in Lectern is of its type. */
  typeIsGiven?: boolean;
  onSubmit: (values: ColumnValues) => Promise<unknown>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [title, setTitle] = useState(props.initial?.title ?? "");
  const [type, setType] = useState<OwnType>(OWN_TYPES.find((each) => each === props.initial?.type) ?? "task");
  const [due, setDue] = useState(toField(props.initial?.dueAt));
  const [empty, setEmpty] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      props.onSubmit({ title: title.trim(), type, dueAt: fromTouchedField(due, props.initial?.dueAt) }),
    onSuccess: props.onClose,
  });
  const problem = save.error ? formProblems(save.error, ["title", "due_at"], t) : null;
  return (
    <Modal opened onClose={props.onClose} title={props.heading} centered>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setEmpty(!title.trim());
          if (title.trim()) save.mutate();
        }}
      >
        <Stack>
          <FormProblem words={problem?.form ?? null} />
          <TextInput
            data-autofocus
            label={t("progress.columnTitle")}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            maxLength={200}
            size="md"
            autoComplete="off"
            error={empty ? t("fields.required") : problem?.fields["title"]}
          />
          {!props.typeIsGiven && (
            <Select
              label={t("progress.columnType")}
              size="md"
              allowDeselect={false}
              value={type}
              data={OWN_TYPES.map((value) => ({ value, label: typeWords(value, t) }))}
              onChange={(value) => setType(OWN_TYPES.find((each) => each === value) ?? "task")}
            />
          )}
          <TextInput
            type="datetime-local"
            max={LATEST_FIELD}
            label={t("progress.columnDue")}
            size="md"
            value={due}
            onChange={(event) => setDue(event.currentTarget.value)}
            error={problem?.fields["due_at"]}
          />
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" onClick={props.onClose}>
              {t("actions.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {props.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
