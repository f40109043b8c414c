import { Alert, Button, PasswordInput, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconHourglass } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { Problem } from "@/api/problem.ts";
import { authOptionsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { useLogin } from "./useLogin.ts";

type Role = "student" | "teacher";

const FIELDS = ["name", "email", "password", "invitation", "role"];
/** The server's own bound; said before somebody types in vain. */
const SHORTEST_PASSWORD = 8;

/** Make an account and sign in with it. `role` fixes the role where only one makes sense. */
export function RegisterForm(props: {
  role?: Role;
  invitation?: string;
  submit?: string;
  onSignedIn: () => unknown;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const login = useLogin();
  const [pending, setPending] = useState(false);
  const options = useQuery(authOptionsQuery(api));
  const form = useForm({
    initialValues: {
      role: props.role ?? "student",
      name: "",
      email: "",
      password: "",
      invitation: props.invitation ?? "",
    },
    validate: {
      name: (value) => (value.trim() ? null : t("fields.required")),
      email: (value) => (/^\S+@\S+\.\S+$/.test(value.trim()) ? null : t("fields.emailInvalid")),
      password: (value) => (value.length >= SHORTEST_PASSWORD ? null : t("fields.passwordInvalid")),
    },
  });
  const policy = options.data?.registration[form.values.role] ?? "open";
  const invited = policy === "invitation" || Boolean(props.invitation);
  const register = useMutation({
    mutationFn: async (values: typeof form.values) => {
      const answer = await body(
        api.POST("/api/auth/register", {
          body: {
            email: values.email.trim(),
            password: values.password,
            name: values.name.trim(),
            role: values.role,
            ...(invited && values.invitation.trim() ? { invitation: values.invitation.trim() } : {}),
          },
        }),
      );
      if (answer.status === "pending") {
        setPending(true);
        return;
      }
      await login(values).catch((error: unknown) => {
        // The server never says whether an address is taken; a password that does not fit is the only sign.
        throw error instanceof Problem && error.code === "invalid_credentials"
          ? new Problem(409, "address_in_use")
          : error;
      });
      await props.onSignedIn();
    },
    onError: (error) => form.setErrors(formProblems(error, FIELDS, t).fields),
  });
  if (pending) {
    return (
      <Alert icon={<IconHourglass size={20} />} title={t("auth.pendingTitle")} role="status">
        {t("auth.pending")}
      </Alert>
    );
  }
  const inUse = register.error instanceof Problem && register.error.code === "address_in_use";
  const problem = inUse
    ? t("auth.addressInUse")
    : register.error
      ? formProblems(register.error, FIELDS, t).form
      : null;
  return (
    <form noValidate onSubmit={form.onSubmit((values) => register.mutate(values))}>
      <Stack>
        <FormProblem words={problem} />
        {!props.role && (
          <div>
            <Text size="sm" fw={600} mb={4} id="role-label">
              {t("auth.iAm")}
            </Text>
            <SegmentedControl
              fullWidth
              size="md"
              aria-labelledby="role-label"
              data={[
                { value: "student", label: t("roles.student") },
                { value: "teacher", label: t("roles.teacher") },
              ]}
              {...form.getInputProps("role")}
            />
          </div>
        )}
        {policy === "closed" && <Alert color="orange">{t("problems.registration_closed")}</Alert>}
        {policy === "approval" && (
          <Text size="sm" c="dimmed">
            {t("auth.approvalNote")}
          </Text>
        )}
        <TextInput
          label={t("fields.name")}
          description={t("fields.nameNote")}
          autoComplete="name"
          size="md"
          maxLength={200}
          {...form.getInputProps("name")}
        />
        <TextInput
          label={t("fields.email")}
          type="email"
          autoComplete="username"
          size="md"
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label={t("fields.password")}
          description={t("fields.passwordNote")}
          autoComplete="new-password"
          size="md"
          visibilityToggleButtonProps={{ "aria-label": t("fields.showPassword"), tabIndex: 0 }}
          {...form.getInputProps("password")}
        />
        {invited && (
          <TextInput
            label={t("fields.invitation")}
            size="md"
            autoComplete="off"
            {...form.getInputProps("invitation")}
          />
        )}
        <Button type="submit" size="md" loading={register.isPending} disabled={policy === "closed"}>
          {props.submit ?? t("auth.createAccount")}
        </Button>
      </Stack>
    </form>
  );
}
