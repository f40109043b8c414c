import { Button, Card, Group, Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { authOptionsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { Me } from "@/api/types.ts";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { tell } from "@/components/toast.tsx";

/** The address to sign in with, and the way to another one. */
export function EmailForm({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const options = useQuery(authOptionsQuery(api));
  const [opened, dialog] = useDisclosure(false);
  const form = useForm({ initialValues: { email: "", password: "" } });
  const change = useMutation({
    mutationFn: ({ email, password }: typeof form.values) =>
      api.PUT("/api/me/email", { body: { email: email.trim(), password } }),
    onSuccess: (_, { email }) => {
      tell(t("profile.emailSent", { email: email.trim() }));
      form.reset();
      dialog.close();
    },
    onError: (error) => form.setErrors(formProblems(error, ["email"], t).fields),
  });
  return (
    <Card radius="lg" padding="lg" bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-6))">
      <Group justify="space-between">
        <div style={{ flex: "1 1 240px", minWidth: 0 }}>
          <Text size="sm" fw={600}>
            {t("fields.email")}
          </Text>
          <Text truncate>{me.email}</Text>
          {options.data?.mail === false && (
            <Text size="sm" c="dimmed">
              {t("profile.emailNoMail")}
            </Text>
          )}
        </div>
        {options.data?.mail === true && (
          <Button variant="default" h={44} onClick={dialog.open}>
            {t("profile.changeEmail")}
          </Button>
        )}
      </Group>
      <Modal opened={opened} onClose={dialog.close} title={t("profile.changeEmail")} centered>
        <form noValidate onSubmit={form.onSubmit((values) => change.mutate(values))}>
          <Stack>
            <FormProblem words={change.error ? formProblems(change.error, ["email"], t).form : null} />
            <TextInput
              data-autofocus
              label={t("profile.newEmail")}
              description={t("profile.newEmailNote")}
              type="email"
              size="md"
              autoComplete="email"
              {...form.getInputProps("email")}
            />
            {me.has_password && (
              <PasswordInput
                label={t("profile.presentPassword")}
                size="md"
                autoComplete="current-password"
                visibilityToggleButtonProps={{ "aria-label": t("fields.showPassword"), tabIndex: 0 }}
                {...form.getInputProps("password")}
              />
            )}
            <Group justify="flex-end">
              <Button variant="subtle" color="gray" onClick={dialog.close}>
                {t("actions.cancel")}
              </Button>
              <Button type="submit" loading={change.isPending}>
                {t("profile.sendLink")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Card>
  );
}
