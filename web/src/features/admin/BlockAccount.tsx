import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import type { AccountRow as Account } from "@/api/types.ts";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";

const FIELDS = ["reason", "until"] as const;

/** Ask why, and until when, an account is to be blocked. */
export function BlockAccount(props: { account: Account; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { account } = props;
  const form = useForm({
    initialValues: { reason: "", until: "" },
    validate: {
      reason: (reason) => (reason.trim() === "" ? t("fields.required") : null),
      until: (until) => (until === "" || Date.parse(until) > Date.now() ? null : t("admin.untilWrong")),
    },
  });
  const block = useMutation({
    mutationFn: ({ reason, until }: typeof form.values) =>
      api.POST("/api/admin/users/{user_id}/block", {
        params: { path: { user_id: account.id } },
        body: { reason: reason.trim(), ...(until ? { until: new Date(until).toISOString() } : {}) },
      }),
    onSuccess: () => {
      props.onClose();
      form.reset();
    },
    onError: (error) => form.setErrors(formProblems(error, FIELDS, t).fields),
    onSettled: () => client.invalidateQueries({ queryKey: ["admin"] }),
  });
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t("admin.blockTitle", { name: account.name })}
      centered
    >
      <form onSubmit={form.onSubmit((values) => block.mutate(values))}>
        <Stack>
          <FormProblem words={block.error ? formProblems(block.error, FIELDS, t).form : null} />
          <TextInput
            data-autofocus
            label={t("admin.reason")}
            description={t("admin.reasonNote")}
            maxLength={200}
            size="md"
            autoComplete="off"
            {...form.getInputProps("reason")}
          />
          {account.status !== "pending" && (
            <TextInput
              type="datetime-local"
              label={t("admin.until")}
              description={t("admin.untilNote")}
              size="md"
              {...form.getInputProps("until")}
            />
          )}
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" onClick={props.onClose}>
              {t("actions.cancel")}
            </Button>
            <Button type="submit" color="red" loading={block.isPending}>
              {t("admin.block")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
