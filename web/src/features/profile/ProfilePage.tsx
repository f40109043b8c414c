import {
  Button,
  Card,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
  useMantineColorScheme,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { meQuery, useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { Me } from "@/api/types.ts";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { LANGUAGES, rememberLanguage } from "@/components/languages.ts";
import { Page } from "@/components/Page.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { tell, tellProblem } from "@/components/toast.tsx";
import { useSignOut } from "@/components/useSignOut.tsx";
import { EmailForm } from "./EmailForm.tsx";
import { MyData } from "./MyData.tsx";
import { PasswordForm } from "./PasswordForm.tsx";
import { PictureForm } from "./PictureForm.tsx";
import { SignOnAccounts } from "./SignOnAccounts.tsx";
import { SignIns } from "./SignIns.tsx";

export function ProfilePage() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const signOut = useSignOut();
  return (
    <Page title={t("nav.profile")}>
      <Stack gap="md" maw={560}>
        {me ? <NameForm me={me} /> : <RowsLoading rows={2} height={120} />}
        {me && <EmailForm me={me} />}
        {me && <PasswordForm me={me} />}
        <SignOnAccounts />
        <Look />
        <SignIns />
        {me && <MyData me={me} />}
        <Group justify="flex-end">
          <Button variant="default" h={44} onClick={signOut}>
            {t("profile.signOut")}
          </Button>
        </Group>
      </Stack>
    </Page>
  );
}

function NameForm({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const form = useForm({ initialValues: { name: me.name } });
  const save = useMutation({
    mutationFn: (name: string) => api.PATCH("/api/me", { body: { name } }),
    onSuccess: async () => {
      await client.invalidateQueries();
      form.resetDirty();
      tell(t("profile.saved"));
    },
    onError: (error) => form.setErrors(formProblems(error, ["name"], t).fields),
  });
  return (
    <Card radius="lg" padding="lg" bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-6))">
      <form
        onSubmit={form.onSubmit(({ name }) =>
          name.trim() ? save.mutate(name.trim()) : form.setErrors({ name: t("fields.required") }),
        )}
      >
        <Stack>
          <PictureForm me={me} />
          <FormProblem words={save.error ? formProblems(save.error, ["name"], t).form : null} />
          <Group align="flex-end" justify="flex-end">
            <TextInput
              label={t("fields.name")}
              size="md"
              maxLength={200}
              autoComplete="name"
              // On a phone the name has the line for itself.
              style={{ flex: "1 1 260px" }}
              {...form.getInputProps("name")}
            />
            <Button
              type="submit"
              size="md"
              variant="default"
              loading={save.isPending}
              disabled={!form.isDirty()}
            >
              {t("actions.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Look() {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const saveLanguage = useMutation({
    mutationFn: (locale: string) => api.PATCH("/api/me", { body: { locale } }),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery(api).queryKey }),
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  return (
    <Card radius="lg" padding="lg" bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-6))">
      <Stack>
        <Select
          label={t("profile.language")}
          size="md"
          allowDeselect={false}
          data={LANGUAGES.map(({ value, label }) => ({ value, label }))}
          value={i18n.resolvedLanguage ?? "en"}
          onChange={(language) => {
            if (!language) return;
            rememberLanguage(language);
            void i18n.changeLanguage(language);
            saveLanguage.mutate(language);
          }}
        />
        <div>
          <Text size="sm" fw={600} mb={4} id="scheme-label">
            {t("profile.colours")}
          </Text>
          <SegmentedControl
            fullWidth
            size="md"
            aria-labelledby="scheme-label"
            value={colorScheme}
            onChange={(value) => setColorScheme(value)}
            data={[
              { value: "auto", label: t("profile.auto") },
              { value: "light", label: t("profile.light") },
              { value: "dark", label: t("profile.dark") },
            ]}
          />
        </div>
      </Stack>
    </Card>
  );
}
