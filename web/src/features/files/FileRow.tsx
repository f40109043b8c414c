import { ActionIcon, Badge, Card, Group, Menu, Text, ThemeIcon, Title, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDownload, IconPencil } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassFile } from "@/api/types.ts";
import { AskTitle } from "@/components/AskTitle.tsx";
import { DeleteItem, MoreMenu } from "@/components/MoreMenu.tsx";
import { dataSize } from "@/components/sizes.ts";
import { ago } from "@/components/time.ts";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { FileIcon } from "./FileIcon.ts";
import styles from "./FileRow.module.css";
import { download, shownAs } from "./links.ts";
import { classFilesQuery, filesChanged } from "./queries.ts";

export function FileRow({ file, teaches, view }: { file: ClassFile; teaches: boolean; view: () => void }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [renaming, rename] = useDisclosure(false);
  const path = { params: { path: { class_file_id: file.id } } };
  const list = classFilesQuery(api, file.class_id).queryKey;
  const settle = {
    onError: (error: unknown) => tellProblem(t(wordsFor(error))),
    onSettled: () => filesChanged(client, file.class_id),
  };
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/class-files/{class_file_id}", path),
    onMutate: () =>
      client.setQueryData(
        list,
        (before) =>
          before && {
            ...before,
            pages: before.pages.map((page) => ({
              ...page,
              items: page.items.filter(({ id }) => id !== file.id),
            })),
          },
      ),
    onSuccess: () =>
      tellWithUndo({
        message: t("files.removed", { name: file.name }),
        undoLabel: t("actions.undo"),
        undo: () => restore.mutate(),
      }),
    ...settle,
  });
  const restore = useMutation({
    mutationFn: () => api.POST("/api/class-files/{class_file_id}/restore", path),
    ...settle,
  });
  const share = useMutation({
    mutationFn: (audience: ClassFile["audience"]) =>
      api.PATCH("/api/class-files/{class_file_id}", { ...path, body: { audience } }),
    ...settle,
  });
  const save = () => void download(api, file).catch((error: unknown) => tellProblem(t(wordsFor(error))));

  const shown = shownAs(file.file.media_type) !== null;
  const hidden = file.audience === "teachers";
  const facts = {
    size: dataSize(file.file.size, i18n.language),
    when: ago(file.created_at, i18n.language),
  };
  return (
    <Card component="li" radius="lg" padding="sm" className={styles["row"]}>
      <Group wrap="nowrap" gap="sm">
        <ThemeIcon variant="light" size={44} radius="md" aria-hidden visibleFrom="xs">
          <FileIcon mediaType={file.file.media_type} size={24} />
        </ThemeIcon>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Title order={2} size="h5" className={styles["name"]}>
            <button
              type="button"
              className={styles["open"]}
              aria-label={t(shown ? "files.open" : "files.downloadNamed", { name: file.name })}
              onClick={shown ? view : save}
              dir="auto"
            >
              {file.name}
            </button>
          </Title>
          <Text size="sm" c="dimmed">
            {file.added_by_name
              ? t("files.addedBy", { ...facts, name: file.added_by_name })
              : t("files.addedAt", facts)}
          </Text>
          {hidden && (
            <Badge variant="light" color="gray" mt={4}>
              {t("files.forTeachers")}
            </Badge>
          )}
        </div>
        <Tooltip label={t("files.download")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={44}
            className={styles["above"]}
            aria-label={t("files.downloadNamed", { name: file.name })}
            onClick={save}
          >
            <IconDownload size={20} />
          </ActionIcon>
        </Tooltip>
        {teaches && (
          <MoreMenu label={t("files.menu", { name: file.name })} className={styles["above"]}>
            <Menu.Label>{t("files.whoSees")}</Menu.Label>
            <Menu.RadioGroup
              value={file.audience}
              onChange={(audience) => share.mutate(audience as ClassFile["audience"])}
            >
              <Menu.RadioItem value="everybody">{t("files.forEverybody")}</Menu.RadioItem>
              <Menu.RadioItem value="teachers">{t("files.forTeachers")}</Menu.RadioItem>
            </Menu.RadioGroup>
            <Menu.Divider />
            <Menu.Item leftSection={<IconPencil size={18} />} onClick={rename.open}>
              {t("actions.rename")}
            </Menu.Item>
            <DeleteItem label={t("files.remove")} onClick={() => remove.mutate()} />
          </MoreMenu>
        )}
      </Group>
      <AskTitle
        opened={renaming}
        onClose={rename.close}
        heading={t("files.rename")}
        label={t("files.name")}
        initial={file.name}
        submit={t("actions.save")}
        field="name"
        onSubmit={async (name) => {
          await api.PATCH("/api/class-files/{class_file_id}", { ...path, body: { name } });
          await filesChanged(client, file.class_id);
        }}
      />
    </Card>
  );
}
