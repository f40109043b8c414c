import { Anchor, Alert, Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconMail, IconMailOff } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { authOptionsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { OneColumn } from "@/components/OneColumn.tsx";
import { useTitle } from "@/components/useTitle.ts";

/** Ask for a link with which a forgotten password is replaced. */
export function ForgotPasswordPage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const options = useQuery(authOptionsQuery(api));
  const form = useForm({ initialValues: { email: "" } });
  const ask = useMutation({
    mutationFn: ({ email }: { email: string }) =>
      api.POST("/api/auth/password-reset", { body: { email: email.trim() } }),
    onError: (error) => form.setErrors(formProblems(error, ["email"], t).fields),
  });
  useTitle(t("recovery.forgot"));
  return (
    <OneColumn
      title={t("recovery.forgot")}
      lead={t("recovery.forgotLead")}
      footer={
        <Anchor underline="always" renderRoot={(props) => <Link to="/login" search={{}} {...props} />}>
          {t("recovery.backToSignIn")}
        </Anchor>
      }
    >
      {options.data?.mail === false ? (
        <Alert color="gray" variant="light" icon={<IconMailOff size={20} />}>
          {t("recovery.noMail")}
        </Alert>
      ) : ask.isSuccess ? (
        <Alert variant="light" icon={<IconMail size={20} />} role="status">
          {t("recovery.sent", { email: form.values.email.trim() })}
        </Alert>
      ) : (
        <form noValidate onSubmit={form.onSubmit((values) => ask.mutate(values))}>
          <Stack>
            <FormProblem words={ask.error ? formProblems(ask.error, ["email"], t).form : null} />
            <TextInput
              label={t("fields.email")}
              type="email"
              name="email"
              autoComplete="username"
              size="md"
              autoFocus
              required
              withAsterisk={false}
              {...form.getInputProps("email")}
            />
            <Button type="submit" size="md" loading={ask.isPending}>
              {t("recovery.send")}
            </Button>
          </Stack>
        </form>
      )}
    </OneColumn>
  );
}
