import { Button, Group, Modal, NumberInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { toField } from "@/components/timeField.ts";
import { tell } from "@/components/toast.tsx";

const MINUTES = 45;
const MINUTES_MAX = 24 * 60;

/** The next full hour, as a `datetime-local` field has it. */
function nextHour(): string {
  const start = new Date(Date.now() + 3_600_000);
  start.setMinutes(0, 0, 0);
  return toField(start);
}

/** Plan a session of a class: its title, when it begins, how long it takes. */
export function PlanSession(props: { classId: string; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const form = useForm<{ title: string; start: string; minutes: number | string }>({
    initialValues: { title: t("live.planTitleExample"), start: nextHour(), minutes: MINUTES },
    validate: {
      title: (title) => (title.trim() === "" ? t("fields.required") : null),
      start: (start) => (Number.isNaN(Date.parse(start)) ? t("live.planWrong") : null),
      minutes: (minutes) =>
        Number(minutes) >= 1 && Number(minutes) <= MINUTES_MAX ? null : t("live.planWrong"),
    },
  });
  const save = useMutation({
    mutationFn: ({ title, start, minutes }: typeof form.values) => {
      const starts = new Date(start);
      return api.POST("/api/sessions", {
        body: {
          class_id: props.classId,
          title: title.trim(),
          starts_at: starts.toISOString(),
          ends_at: new Date(starts.getTime() + Number(minutes) * 60_000).toISOString(),
        },
      });
    },
    onSuccess: (_, { title }) => {
      tell(t("live.planned", { title: title.trim() }));
      props.onClose();
      form.reset();
      void client.invalidateQueries({ queryKey: ["sessions"] });
    },
  });
  const problems = save.error ? formProblems(save.error, ["title"], t) : null;
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t("live.plan")} centered>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          <FormProblem words={problems?.form ?? null} />
          <TextInput
            data-autofocus
            label={t("live.planTitle")}
            size="md"
            maxLength={200}
            autoComplete="off"
            {...form.getInputProps("title")}
            error={form.errors["title"] ?? problems?.fields["title"]}
          />
          <Group grow align="flex-start">
            <TextInput
              type="datetime-local"
              label={t("live.planDate")}
              size="md"
              {...form.getInputProps("start")}
            />
            <NumberInput
              label={t("live.planMinutes")}
              size="md"
              min={1}
              max={MINUTES_MAX}
              allowDecimal={false}
              {...form.getInputProps("minutes")}
            />
          </Group>
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" onClick={props.onClose}>
              {t("actions.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t("actions.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
