import { Badge, Card, Group, Menu, Text, ThemeIcon, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChalkboard, IconChartBar, IconFile, IconPencil, IconPresentation } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { documentChanged, documentsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { AccessLevel, BoardDocument } from "@/api/types.ts";
import { AccessChoices } from "@/components/AccessChoices.tsx";
import { AskTitle } from "@/components/AskTitle.tsx";
import { DeleteItem, MoreMenu } from "@/components/MoreMenu.tsx";
import { studentsAccess, studentsMayWrite } from "@/components/studentsAccess.ts";
import { ago } from "@/components/time.ts";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import styles from "./DocumentRow.module.css";

const ICONS: Readonly<Partial<Record<BoardDocument["kind"], typeof IconFile>>> = {
  whiteboard: IconChalkboard,
  slides: IconPresentation,
  poll: IconChartBar,
};

export function DocumentRow({ document, teaches }: { document: BoardDocument; teaches: boolean }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [renaming, rename] = useDisclosure(false);
  const path = { params: { path: { document_id: document.id } } };
  const list = documentsQuery(api, document.class_id).queryKey;

  const Icon = ICONS[document.kind] ?? IconFile;
  const students = studentsAccess(document);
  const sharing = teaches ? t(`access.badge.${students}`) : t(`access.mine.${document.access}`);
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/documents/{document_id}", path),
    onMutate: () => client.setQueryData(list, (before) => before?.filter(({ id }) => id !== document.id)),
    onSuccess: () =>
      tellWithUndo({
        message: t("class.boardDeleted", { title: document.title }),
        undoLabel: t("actions.undo"),
        undo: () => restore.mutate(),
      }),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => documentChanged(client, document),
  });
  const restore = useMutation({
    mutationFn: () => api.POST("/api/documents/{document_id}/restore", path),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => documentChanged(client, document),
  });
  const share = useMutation({
    mutationFn: (level: AccessLevel) =>
      api.PUT("/api/documents/{document_id}/access", { ...path, body: { students: level } }),
    onMutate: (level) =>
      client.setQueryData(list, (before) =>
        before?.map((one) => (one.id === document.id ? { ...one, students: level } : one)),
      ),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => documentChanged(client, document),
  });

  return (
    <Card component="li" radius="lg" padding="sm" className={styles["row"]}>
      <Group wrap="nowrap" gap="md">
        <ThemeIcon variant="light" size={44} radius="md" aria-hidden visibleFrom="xs">
          <Icon size={24} />
        </ThemeIcon>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Title order={2} size="h5" lineClamp={1}>
            <Link
              to="/classes/$classId/documents/$documentId"
              params={{ classId: document.class_id, documentId: document.id }}
              className={styles["open"]}
            >
              {document.title}
            </Link>
          </Title>
          <Text size="sm" c="dimmed">
            {t("class.changed", { when: ago(document.updated_at, i18n.language) })}
            <span className={styles["narrow"]}> · {sharing}</span>
          </Text>
        </div>
        <Badge
          variant="light"
          color={students === "write" || !teaches ? "pine" : "gray"}
          className={styles["badge"]}
        >
          {sharing}
        </Badge>
        {teaches && (
          <MoreMenu
            label={t("class.boardMenu", { title: document.title })}
            width={300}
            className={styles["above"]}
          >
            <Menu.Label>{t("access.students")}</Menu.Label>
            <AccessChoices
              value={students}
              readOnly={!studentsMayWrite(document.kind)}
              onChange={(level) => share.mutate(level)}
            />
            <Menu.Divider />
            {/* A poll is called by its question, which nobody changes once it was asked. */}
            {document.kind !== "poll" && (
              <Menu.Item leftSection={<IconPencil size={18} />} onClick={rename.open}>
                {t("actions.rename")}
              </Menu.Item>
            )}
            <DeleteItem onClick={() => remove.mutate()} />
          </MoreMenu>
        )}
      </Group>
      <AskTitle
        opened={renaming}
        onClose={rename.close}
        heading={t("class.renameBoard")}
        label={t("fields.boardTitle")}
        initial={document.title}
        submit={t("actions.save")}
        onSubmit={async (title) => {
          await api.PATCH("/api/documents/{document_id}", { ...path, body: { title } });
          await documentChanged(client, document);
        }}
      />
    </Card>
  );
}
