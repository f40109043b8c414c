import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { FormProblem } from "./FormProblem.tsx";
import { formProblems } from "./formProblems.ts";

/** Ask for one short text (a title, a code) in a dialogue; keeps what was typed when the server says no. */
export function AskTitle(props: {
  opened: boolean;
  onClose: () => void;
  heading: string;
  label: string;
  description?: string;
  placeholder?: string;
  initial?: string;
  submit: string;
  field?: string;
  onSubmit: (value: string) => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const field = props.field ?? "title";
  const form = useForm({ initialValues: { value: props.initial ?? "" } });
  const save = useMutation({
    mutationFn: props.onSubmit,
    onSuccess: () => {
      form.reset();
      props.onClose();
    },
    onError: (error) => form.setErrors({ value: formProblems(error, [field], t).fields[field] }),
  });
  const initial = props.initial ?? "";
  useEffect(() => {
    if (props.opened) {
      form.setValues({ value: initial });
      save.reset();
    }
    // Only when the dialogue opens: what is typed later is the person's.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [props.opened]);
  const problem = save.error ? formProblems(save.error, [field], t).form : null;
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.heading} centered>
      <form
        onSubmit={form.onSubmit(({ value }) => {
          if (value.trim()) save.mutate(value.trim());
          else form.setErrors({ value: t("fields.required") });
        })}
      >
        <Stack>
          <FormProblem words={problem} />
          <TextInput
            data-autofocus
            label={props.label}
            description={props.description}
            placeholder={props.placeholder}
            maxLength={200}
            size="md"
            autoComplete="off"
            {...form.getInputProps("value")}
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
