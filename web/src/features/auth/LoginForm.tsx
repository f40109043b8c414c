import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { useLogin } from "./useLogin.ts";

/** E-mail and password; calls back when signed in. */
export function LoginForm(props: { submit?: string; onSignedIn: () => unknown }) {
  const { t } = useTranslation();
  const login = useLogin();
  const form = useForm({ initialValues: { email: "", password: "" } });
  const signIn = useMutation({
    mutationFn: async (values: { email: string; password: string }) => {
      await login(values);
      await props.onSignedIn();
    },
    onError: (error) => form.setErrors(formProblems(error, ["email", "password"], t).fields),
  });
  const problem = signIn.error ? formProblems(signIn.error, ["email", "password"], t).form : null;
  return (
    <form noValidate onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
      <Stack>
        <FormProblem words={problem} />
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
        <PasswordInput
          label={t("fields.password")}
          name="password"
          autoComplete="current-password"
          size="md"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ "aria-label": t("fields.showPassword"), tabIndex: 0 }}
          {...form.getInputProps("password")}
        />
        <Button type="submit" size="md" loading={signIn.isPending}>
          {props.submit ?? t("auth.signIn")}
        </Button>
      </Stack>
    </form>
  );
}
