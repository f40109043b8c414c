import { Badge, Group, Menu, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconSchool, IconUserMinus, IconUsers } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { membersQuery, useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom, Member } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { MoreMenu } from "@/components/MoreMenu.tsx";
import { PersonChip } from "@/components/PersonAvatar.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { tellProblem } from "@/components/toast.tsx";
import { JoinCode } from "./JoinCode.tsx";
import { AddPeople } from "./roster/AddPeople.tsx";
import { Invitations } from "./roster/Invitations.tsx";

export function PeopleTab({ room }: { room: ClassRoom }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const members = useQuery(membersQuery(api, room.id));
  const teaches = room.role === "teacher";
  const byName = [...(members.data ?? [])].sort(
    (a, b) =>
      (a.role === b.role ? 0 : a.role === "teacher" ? -1 : 1) || a.name.localeCompare(b.name, i18n.language),
  );
  const noStudents = members.data && !members.data.some(({ role }) => role === "student");
  return (
    <Stack gap="lg">
      <JoinCode room={room} />
      {teaches && (
        <Group justify="flex-end">
          <AddPeople room={room} />
        </Group>
      )}
      {members.isPending && <RowsLoading rows={4} />}
      {members.error && <ErrorState error={members.error} retry={() => void members.refetch()} />}
      {members.data && (
        <Stack component="ul" gap={0} p={0} m={0} style={{ listStyle: "none" }}>
          {byName.map((member) => (
            <MemberRow key={member.user_id} member={member} room={room} teaches={teaches} />
          ))}
        </Stack>
      )}
      {teaches && <Invitations room={room} />}
      {noStudents && teaches && (
        <EmptyState icon={<IconUsers size={28} />} title={t("people.emptyTitle")}>
          {t("people.empty")}
        </EmptyState>
      )}
    </Stack>
  );
}

function MemberRow({ member, room, teaches }: { member: Member; room: ClassRoom; teaches: boolean }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { data: me } = useMe();
  const path = { params: { path: { class_id: room.id, user_id: member.user_id } } };
  const settle = {
    onError: (error: unknown) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: ["classes"] }),
  };
  const setRole = useMutation({
    mutationFn: (role: Member["role"]) =>
      api.PATCH("/api/classes/{class_id}/members/{user_id}", { ...path, body: { role } }),
    ...settle,
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/classes/{class_id}/members/{user_id}", path),
    ...settle,
  });
  const own = me?.id === member.user_id;
  const otherRole = member.role === "teacher" ? "student" : "teacher";
  return (
    <Group component="li" justify="space-between" wrap="nowrap" py={8} gap="sm" mih={60}>
      <PersonChip person={member} detail={member.email} />
      <Group gap="xs" wrap="nowrap" style={{ flexShrink: 0 }}>
        {own && (
          <Text size="sm" c="dimmed">
            {t("people.you")}
          </Text>
        )}
        {member.role === "teacher" && <Badge variant="light">{t("roles.teacher")}</Badge>}
        {teaches && !own && (
          <MoreMenu label={t("people.menu", { name: member.name })}>
            <Menu.Item leftSection={<IconSchool size={18} />} onClick={() => setRole.mutate(otherRole)}>
              {t(otherRole === "teacher" ? "people.makeTeacher" : "people.makeStudent")}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconUserMinus size={18} />}
              c="var(--mantine-color-error)"
              onClick={() =>
                modals.openConfirmModal({
                  title: t("people.removeTitle", { name: member.name }),
                  children: <Text>{t("people.removeAbout", { title: room.title })}</Text>,
                  labels: { confirm: t("people.remove"), cancel: t("actions.cancel") },
                  confirmProps: { color: "red" },
                  onConfirm: () => remove.mutate(),
                })
              }
            >
              {t("people.remove")}
            </Menu.Item>
          </MoreMenu>
        )}
      </Group>
    </Group>
  );
}
