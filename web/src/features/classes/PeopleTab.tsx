import { Badge, Group, Menu, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconSchool, IconUserMinus, IconUsers } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { membersList, useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom, Member } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { SearchField, ShowMore, useSearch } from "@/components/LongList.tsx";
import { pagesInWindow, SEARCHED_FROM, useLongList } from "@/components/longList.ts";
import { MoreMenu } from "@/components/MoreMenu.tsx";
import { PersonChip } from "@/components/PersonAvatar.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { tellProblem } from "@/components/toast.tsx";
import { JoinCode } from "./JoinCode.tsx";
import { AddPeople } from "./roster/AddPeople.tsx";
import { Invitations } from "./roster/Invitations.tsx";

export function PeopleTab({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const search = useSearch();
  const teaches = room.role === "teacher";
  return (
    <Stack gap="lg">
      <JoinCode room={room} />
      {(teaches || room.student_count >= SEARCHED_FROM) && (
        <Group justify="flex-end" gap="sm">
          {room.student_count >= SEARCHED_FROM && <SearchField label={t("people.search")} search={search} />}
          {teaches && <AddPeople room={room} />}
        </Group>
      )}
      <div>
        <Members room={room} role="teacher" query={search.query} />
        <Members room={room} role="student" query={search.query} />
      </div>
      {teaches && <Invitations room={room} />}
    </Stack>
  );
}

/** Everybody in the class in one role, by name. */
function Members({ room, role, query }: { room: ClassRoom; role: Member["role"]; query: string }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const list = useRef<HTMLDivElement>(null);
  const members = useLongList({
    ...membersList(api, room.id, { role, query }),
    inSight: (pages) =>
      pagesInWindow(
        list.current,
        pages.map(({ items }) => items.length),
      ),
  });
  const found = members.data?.pages.flatMap(({ items }) => items);
  const students = role === "student";
  return (
    <>
      {members.isPending && <RowsLoading rows={students ? 4 : 1} />}
      {members.error && !found && <ErrorState error={members.error} retry={() => void members.refetch()} />}
      {found?.length === 0 &&
        students &&
        (query ? (
          <Text c="dimmed" ta="center" py="xl" role="status">
            {t("people.noneFits")}
          </Text>
        ) : (
          room.role === "teacher" && (
            <EmptyState icon={<IconUsers size={28} />} title={t("people.emptyTitle")}>
              {t("people.empty")}
            </EmptyState>
          )
        ))}
      <Stack
        component="ul"
        ref={list}
        aria-label={t(students ? "people.students" : "people.teachers")}
        gap={0}
        p={0}
        m={0}
        style={{ listStyle: "none" }}
      >
        {found?.map((member) => (
          <MemberRow key={member.user_id} member={member} room={room} />
        ))}
      </Stack>
      <ShowMore list={members} />
    </>
  );
}

const MemberRow = memo(function MemberRow({ member, room }: { member: Member; room: ClassRoom }) {
  const { t } = useTranslation();
  const teaches = room.role === "teacher";
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
});
