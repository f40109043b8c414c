import { Button, Group, NativeSelect, Popover, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconEye, IconEyeOff, IconPencil, IconUsersGroup } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { documentAccessQuery, documentChanged, documentQuery, membersQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { AccessLevel, BoardDocument } from "@/api/types.ts";
import { PersonChip } from "@/components/PersonAvatar.tsx";
import { tellProblem } from "@/components/toast.tsx";
import styles from "./AccessMenu.module.css";

const LEVELS = ["write", "read", "none"] as const;
const ICONS = { write: IconPencil, read: IconEye, none: IconEyeOff } as const;

/** What students may do on this board: all of them, and single ones. In force at once. */
export function AccessMenu({ board }: { board: BoardDocument }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [opened, setOpened] = useState(false);
  const access = useQuery({ ...documentAccessQuery(api, board.id), enabled: opened });
  const members = useQuery({ ...membersQuery(api, board.class_id), enabled: opened });
  const path = { document_id: board.id };
  const onError = (error: unknown) => tellProblem(t(wordsFor(error)));
  const onSettled = () => documentChanged(client, board);

  const setAll = useMutation({
    mutationFn: (students: AccessLevel) =>
      api.PUT("/api/documents/{document_id}/access", { params: { path }, body: { students } }),
    onMutate: (students) => {
      client.setQueryData(
        documentQuery(api, board.id).queryKey,
        (before) => before && { ...before, students },
      );
    },
    onError,
    onSettled,
  });
  const setOne = useMutation({
    mutationFn: async ({ userId, level }: { userId: string; level: AccessLevel | "" }) => {
      const params = { path: { ...path, user_id: userId } };
      if (level === "") await api.DELETE("/api/documents/{document_id}/access/{user_id}", { params });
      else
        await api.PUT("/api/documents/{document_id}/access/{user_id}", { params, body: { access: level } });
    },
    onError,
    onSettled,
  });

  const own = new Map(access.data?.people.map((one) => [one.user_id, one.access]));
  const students = (members.data ?? [])
    .filter(({ role }) => role === "student")
    .sort((a, b) => a.name.localeCompare(b.name, i18n.language));
  const Icon = ICONS[board.students];
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" width={360} trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          h={36}
          px="sm"
          className={styles["target"]}
          leftSection={<Icon size={18} aria-hidden />}
          onClick={() => setOpened((before) => !before)}
          aria-label={t(`access.badge.${board.students}`)}
          aria-expanded={opened}
        >
          <span className={styles["words"]}>{t(`access.badge.${board.students}`)}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={styles["dropdown"]} aria-label={t("access.students")}>
        <Stack gap="sm">
          <Text fw={600}>{t("access.students")}</Text>
          <SegmentedControl
            fullWidth
            size="md"
            aria-label={t("access.students")}
            value={board.students}
            onChange={(value) => setAll.mutate(value)}
            data={LEVELS.map((value) => ({ value, label: t(`access.choice.${value}`) }))}
          />
          <Text size="sm" c="dimmed">
            {t(`access.about.${board.students}`)}
          </Text>
          {students.length > 0 && (
            <>
              <Text size="sm" fw={600} mt={4}>
                {t("access.single")}
              </Text>
              <Stack gap="xs" mah="40vh" style={{ overflow: "auto" }}>
                {students.map((student) => (
                  <Group key={student.user_id} justify="space-between" wrap="nowrap" gap="xs">
                    <PersonChip person={student} />
                    <NativeSelect
                      aria-label={t("access.of", { name: student.name })}
                      value={own.get(student.user_id) ?? ""}
                      w={130}
                      style={{ flexShrink: 0 }}
                      onChange={(event) =>
                        setOne.mutate({
                          userId: student.user_id,
                          level: event.currentTarget.value as AccessLevel | "",
                        })
                      }
                      data={[
                        { value: "", label: t("access.asClass") },
                        ...LEVELS.map((value) => ({ value, label: t(`access.choice.${value}`) })),
                      ]}
                    />
                  </Group>
                ))}
              </Stack>
            </>
          )}
          {members.data && students.length === 0 && (
            <Text size="sm" c="dimmed">
              <IconUsersGroup size={16} style={{ verticalAlign: "text-bottom" }} aria-hidden />{" "}
              {t("access.noStudents")}
            </Text>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
