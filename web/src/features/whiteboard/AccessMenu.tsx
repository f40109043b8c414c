import { Button, Group, NativeSelect, Popover, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconEye, IconEyeOff, IconPencil, IconUsersGroup } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { documentAccessQuery, documentChanged, documentQuery, membersList } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { AccessLevel, BoardDocument } from "@/api/types.ts";
import { SearchField, ShowMore, useSearch } from "@/components/LongList.tsx";
import { pagesInWindow, SEARCHED_FROM, useLongList } from "@/components/longList.ts";
import { PersonChip } from "@/components/PersonAvatar.tsx";
import { tellProblem } from "@/components/toast.tsx";
import styles from "./AccessMenu.module.css";

const LEVELS = ["write", "read", "none"] as const;
const ICONS = { write: IconPencil, read: IconEye, none: IconEyeOff } as const;

/** What students may do on this board: all of them, and single ones. In force at once. */
export function AccessMenu({ board }: { board: BoardDocument }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [opened, setOpened] = useState(false);
  const access = useQuery({ ...documentAccessQuery(api, board.id), enabled: opened });
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
          <SingleStudents
            classId={board.class_id}
            own={own}
            onChoose={(userId, level) => setOne.mutate({ userId, level })}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What single students may do: by name, searched where they are many. */
function SingleStudents(props: {
  classId: string;
  own: ReadonlyMap<string, AccessLevel>;
  onChoose: (userId: string, level: AccessLevel | "") => void;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const search = useSearch();
  const list = useRef<HTMLDivElement>(null);
  const members = useLongList({
    ...membersList(api, props.classId, { role: "student", query: search.query }),
    inSight: (pages) =>
      pagesInWindow(
        list.current,
        pages.map(({ items }) => items.length),
      ),
  });
  const students = members.data?.pages.flatMap(({ items }) => items) ?? [];
  const searched = search.typed !== "";
  if (members.data && students.length === 0 && !searched) {
    return (
      <Text size="sm" c="dimmed">
        <IconUsersGroup size={16} style={{ verticalAlign: "text-bottom" }} aria-hidden />{" "}
        {t("access.noStudents")}
      </Text>
    );
  }
  return (
    <>
      <Text size="sm" fw={600} mt={4}>
        {t("access.single")}
      </Text>
      {(searched || students.length >= SEARCHED_FROM) && (
        <SearchField label={t("access.search")} search={search} />
      )}
      <div style={{ maxHeight: "40vh", overflow: "auto" }}>
        <Stack gap="xs" ref={list}>
          {students.map((student) => (
            <Group key={student.user_id} justify="space-between" wrap="nowrap" gap="xs">
              <PersonChip person={student} detail={student.namesake ? student.email : null} />
              <NativeSelect
                aria-label={t("access.of", { name: student.name })}
                value={props.own.get(student.user_id) ?? ""}
                w={130}
                style={{ flexShrink: 0 }}
                onChange={(event) =>
                  props.onChoose(student.user_id, event.currentTarget.value as AccessLevel | "")
                }
                data={[
                  { value: "", label: t("access.asClass") },
                  ...LEVELS.map((value) => ({ value, label: t(`access.choice.${value}`) })),
                ]}
              />
            </Group>
          ))}
        </Stack>
        <ShowMore list={members} />
      </div>
    </>
  );
}
