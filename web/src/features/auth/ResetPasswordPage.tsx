import { Alert, Anchor, Button, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { OneColumn } from "@/components/OneColumn.tsx";
import { useTitle } from "@/components/useTitle.ts";
import { useLinkSecret } from "./useLinkSecret.ts";

/** Choose a new password with the link of a mail. */
export function ResetPasswordPage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const token = useLinkSecret();
  const form = useForm({ initialValues: { password: "" } });
  const reset = useMutation({
    mutationFn: ({ password }: { password: string }) =>
      api.PUT("/api/auth/password", { body: { token, password } }),
    onError: (error) => form.setErrors(formProblems(error, ["password"], t).fields),
  });
  useTitle(t("recovery.choose"));
  return (
    <OneColumn
      title={t("recovery.choose")}
      lead={t("recovery.chooseLead")}
      footer={
        <Anchor underline="always" renderRoot={(props) => <Link to="/forgot-password" {...props} />}>
          {t("recovery.another")}
        </Anchor>
      }
    >
      {reset.isSuccess ? (
        <>
          <Alert variant="light" icon={<IconCheck size={20} />} role="status">
            {t("recovery.chosen")}
          </Alert>
          <Button size="md" renderRoot={(props) => <Link to="/login" search={{}} {...props} />}>
            {t("auth.signIn")}
          </Button>
        </>
      ) : (
        <form noValidate onSubmit={form.onSubmit((values) => reset.mutate(values))}>
          <Stack>
            <FormProblem words={reset.error ? formProblems(reset.error, ["password"], t).form : null} />
            <PasswordInput
              label={t("recovery.newPassword")}
              description={t("fields.passwordNote")}
              name="password"
              autoComplete="new-password"
              size="md"
              autoFocus
              required
              withAsterisk={false}
              visibilityToggleButtonProps={{ "aria-label": t("fields.showPassword"), tabIndex: 0 }}
              {...form.getInputProps("password")}
            />
            <Button type="submit" size="md" loading={reset.isPending}>
              {t("actions.save")}
            </Button>
          </Stack>
        </form>
      )}
    </OneColumn>
  );
}
