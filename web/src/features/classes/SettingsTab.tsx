import { Button, Card, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { modals } from "@mantine/modals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { tell, tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { JoinCode } from "./JoinCode.tsx";

export function SettingsTab({ room }: { room: ClassRoom }) {
  return (
    <Stack gap="md" maw={680}>
      {room.role === "teacher" && (
        <>
          <RenameClass room={room} />
          <NewJoinCode room={room} />
        </>
      )}
      <LeaveClass room={room} />
      {room.role === "teacher" && <DeleteClass room={room} />}
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card radius="lg" padding="lg" bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-6))">
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      {children}
    </Card>
  );
}

function RenameClass({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const form = useForm({ initialValues: { title: room.title } });
  const save = useMutation({
    mutationFn: (title: string) =>
      api.PATCH("/api/classes/{class_id}", { params: { path: { class_id: room.id } }, body: { title } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["classes"] });
      form.resetDirty();
      tell(t("class.renamed"));
    },
    onError: (error) => form.setErrors(formProblems(error, ["title"], t).fields),
  });
  return (
    <Section title={t("class.nameSection")}>
      <form
        onSubmit={form.onSubmit(({ title }) =>
          title.trim() ? save.mutate(title.trim()) : form.setErrors({ title: t("fields.required") }),
        )}
      >
        <FormProblem words={save.error ? formProblems(save.error, ["title"], t).form : null} />
        <Group align="flex-end" wrap="nowrap">
          <TextInput
            label={t("fields.classTitle")}
            maxLength={200}
            size="md"
            style={{ flex: 1 }}
            {...form.getInputProps("title")}
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
      </form>
    </Section>
  );
}

function NewJoinCode({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const renew = useMutation({
    mutationFn: () =>
      api.POST("/api/classes/{class_id}/join-code", { params: { path: { class_id: room.id } } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["classes"] });
      tell(t("class.codeRenewed"));
    },
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  return (
    <Section title={t("class.joinCode")}>
      <JoinCode room={room} />
      <Group justify="space-between" mt="md">
        <Text size="sm" c="dimmed" style={{ flex: "1 1 260px" }}>
          {t("class.renewCodeAbout")}
        </Text>
        <Button
          variant="default"
          h={44}
          loading={renew.isPending}
          onClick={() =>
            modals.openConfirmModal({
              title: t("class.renewCode"),
              children: <Text>{t("class.renewCodeConfirm", { code: room.join_code })}</Text>,
              labels: { confirm: t("class.renewCode"), cancel: t("actions.cancel") },
              onConfirm: () => renew.mutate(),
            })
          }
        >
          {t("class.renewCode")}
        </Button>
      </Group>
    </Section>
  );
}

function LeaveClass({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: me } = useMe();
  const leave = useMutation({
    mutationFn: (userId: string) =>
      api.DELETE("/api/classes/{class_id}/members/{user_id}", {
        params: { path: { class_id: room.id, user_id: userId } },
      }),
    onSuccess: async () => {
      await navigate({ to: "/" });
      await client.invalidateQueries({ queryKey: ["classes"] });
    },
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  return (
    <Section title={t("class.leave")}>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" style={{ flex: "1 1 260px" }}>
          {t("class.leaveAbout")}
        </Text>
        <Button
          variant="default"
          h={44}
          loading={leave.isPending}
          onClick={() =>
            modals.openConfirmModal({
              title: t("class.leaveTitle", { title: room.title }),
              children: <Text>{t("class.leaveConfirm")}</Text>,
              labels: { confirm: t("class.leave"), cancel: t("actions.stay") },
              confirmProps: { color: "red" },
              onConfirm: () => me && leave.mutate(me.id),
            })
          }
        >
          {t("class.leave")}
        </Button>
      </Group>
    </Section>
  );
}

function DeleteClass({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = { params: { path: { class_id: room.id } } };
  const refresh = () => client.invalidateQueries({ queryKey: ["classes"] });
  const restore = useMutation({
    mutationFn: () => api.POST("/api/classes/{class_id}/restore", path),
    onSuccess: refresh,
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/classes/{class_id}", path),
    onSuccess: async () => {
      await navigate({ to: "/" });
      await refresh();
      tellWithUndo({
        message: t("class.deleted", { title: room.title }),
        undoLabel: t("actions.undo"),
        undo: () => restore.mutate(),
      });
    },
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  return (
    <Section title={t("class.delete")}>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" style={{ flex: "1 1 260px" }}>
          {t("class.deleteAbout")}
        </Text>
        <Button variant="light" color="red" h={44} loading={remove.isPending} onClick={() => remove.mutate()}>
          {t("class.delete")}
        </Button>
      </Group>
    </Section>
  );
}
