import { Button, Group, Menu, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconFileTypeCsv, IconMail, IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { Problem } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { CopyField } from "@/components/CopyField.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { tell } from "@/components/toast.tsx";
import { ImportList } from "./ImportList.tsx";
import type { ClassInvitation } from "./queries.ts";

const FIELDS = ["email", "name"];

/** Bring people into a class: one by their address, or many from a list. */
export function AddPeople({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const [adding, add] = useDisclosure(false);
  const [importing, bring] = useDisclosure(false);
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button h={44} leftSection={<IconUserPlus size={18} />}>
            {t("roster.add")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconMail size={18} />} onClick={add.open}>
            {t("roster.byAddress")}
          </Menu.Item>
          <Menu.Item leftSection={<IconFileTypeCsv size={18} />} onClick={bring.open}>
            {t("roster.fromList")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {adding && <AddByAddress room={room} onClose={add.close} />}
      <ImportList room={room} opened={importing} onClose={bring.close} />
    </>
  );
}

function AddByAddress(props: { room: ClassRoom; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { room } = props;
  const [invited, setInvited] = useState<ClassInvitation | null>(null);
  const form = useForm<{ email: string; name: string; role: "student" | "teacher" }>({
    initialValues: { email: "", name: "", role: "student" },
    validate: { email: (email) => (/^\S+@\S+$/.test(email.trim()) ? null : t("fields.emailInvalid")) },
  });
  const save = useMutation({
    mutationFn: ({ email, name, role }: typeof form.values) =>
      body(
        api.POST("/api/classes/{class_id}/members", {
          params: { path: { class_id: room.id } },
          body: { email: email.trim(), role, ...(name.trim() ? { name: name.trim() } : {}) },
        }),
      ),
    onSuccess: async (answer, { email }) => {
      await client.invalidateQueries({ queryKey: ["classes"] });
      if (answer.invitation) {
        setInvited(answer.invitation);
        return;
      }
      tell(
        t(answer.outcome === "add" ? "roster.added" : "roster.alreadyIn", {
          name: answer.name ?? email.trim(),
        }),
      );
      props.onClose();
    },
    onError: (error) => {
      // An address of the right form that is refused is nobody's here, or the office's.
      const refused = error instanceof Problem && error.fields.some(({ field }) => field === "email");
      form.setErrors(refused ? { email: t("roster.unknownAddress") } : formProblems(error, FIELDS, t).fields);
    },
  });
  return (
    <Modal opened onClose={props.onClose} title={t("roster.byAddress")} centered>
      {invited ? (
        <Stack>
          <Text>{t("roster.invited", { email: invited.email })}</Text>
          {invited.link && <CopyField label={t("roster.link")} value={invited.link} />}
          <Text size="sm" c="dimmed">
            {t("roster.linkOnce")}
          </Text>
          <Group justify="flex-end">
            <Button onClick={props.onClose}>{t("actions.close")}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
          <Stack>
            <FormProblem words={save.error ? formProblems(save.error, FIELDS, t).form : null} />
            <TextInput
              data-autofocus
              type="email"
              label={t("fields.email")}
              size="md"
              autoComplete="off"
              {...form.getInputProps("email")}
            />
            <TextInput
              label={t("roster.name")}
              description={t("roster.nameAbout")}
              size="md"
              maxLength={200}
              autoComplete="off"
              {...form.getInputProps("name")}
            />
            <Select
              label={t("roster.role")}
              size="md"
              allowDeselect={false}
              data={[
                { value: "student", label: t("roles.student") },
                { value: "teacher", label: t("roles.teacher") },
              ]}
              {...form.getInputProps("role")}
            />
            <Group justify="flex-end">
              <Button variant="subtle" color="gray" onClick={props.onClose}>
                {t("actions.cancel")}
              </Button>
              <Button type="submit" loading={save.isPending}>
                {t("roster.addOne")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
