import { Button, Card, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { Me } from "@/api/types.ts";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { tell } from "@/components/toast.tsx";

/** Change one's password; it ends the sign-ins on all other devices. */
export function PasswordForm({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [opened, dialog] = useDisclosure(false);
  const form = useForm({ initialValues: { password: "", newPassword: "" } });
  const wordsOf = (error: unknown) => formProblems(error, ["new_password"], t);
  const change = useMutation({
    mutationFn: ({ password, newPassword }: typeof form.values) =>
      api.PUT("/api/me/password", { body: { password, new_password: newPassword } }),
    onSuccess: async () => {
      tell(t("profile.passwordChanged"));
      form.reset();
      dialog.close();
      await Promise.all([
        client.invalidateQueries({ queryKey: ["sign-ins"] }),
        client.invalidateQueries({ queryKey: ["me"] }),
      ]);
    },
    onError: (error) => {
      if (error instanceof Problem && error.code === "password_wrong") {
        form.setErrors({ password: t("problems.password_wrong") });
      } else if (wordsOf(error).fields["new_password"]) {
        form.setErrors({ newPassword: t("fields.passwordInvalid") });
      }
    },
  });
  const title = me.has_password ? t("profile.changePassword") : t("profile.choosePassword");
  const atField = Object.keys(form.errors).length > 0;
  const toggle = { "aria-label": t("fields.showPassword"), tabIndex: 0 };
  return (
    <Card radius="lg" padding="lg" bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-6))">
      <Group justify="space-between">
        <div style={{ flex: "1 1 240px", minWidth: 0 }}>
          <Text size="sm" fw={600}>
            {t("fields.password")}
          </Text>
          <Text size="sm" c="dimmed">
            {me.has_password ? t("profile.passwordAbout") : t("profile.noPasswordAbout")}
          </Text>
        </div>
        <Button variant="default" h={44} onClick={dialog.open}>
          {title}
        </Button>
      </Group>
      <Modal opened={opened} onClose={dialog.close} title={title} centered>
        <form noValidate onSubmit={form.onSubmit((values) => change.mutate(values))}>
          <Stack>
            <FormProblem words={change.error && !atField ? wordsOf(change.error).form : null} />
            {me.has_password && (
              <PasswordInput
                data-autofocus
                label={t("profile.presentPassword")}
                size="md"
                autoComplete="current-password"
                visibilityToggleButtonProps={toggle}
                {...form.getInputProps("password")}
              />
            )}
            <PasswordInput
              label={t("recovery.newPassword")}
              description={t("fields.passwordNote")}
              size="md"
              autoComplete="new-password"
              visibilityToggleButtonProps={toggle}
              {...form.getInputProps("newPassword")}
            />
            <Group justify="flex-end">
              <Button variant="subtle" color="gray" onClick={dialog.close}>
                {t("actions.cancel")}
              </Button>
              <Button type="submit" loading={change.isPending}>
                {title}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Card>
  );
}
