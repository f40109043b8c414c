import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconUsers } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { EditorContent, useEditor } from "@tiptap/react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { Problem, wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { tell } from "@/components/toast.tsx";
import { LessonBody } from "../LessonBody.tsx";
import type { LessonFile } from "../LessonFiles.tsx";
import styles from "../lessons.module.css";
import { lessonChanged, lessonQuery, type Lesson } from "../queries.ts";
import { KnownFilesProvider } from "./knownFiles.tsx";
import { lessonExtensions } from "./schema.ts";
import { Toolbar } from "./Toolbar.tsx";

/** Write a lesson. What is typed is kept here until it is saved; somebody else's words are never overwritten unseen. */
export default function LessonEditor({ lesson, onClose }: { lesson: Lesson; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [base, setBase] = useState(lesson.version);
  const [dirty, setDirty] = useState(false);
  const [uploaded, setUploaded] = useState<readonly LessonFile[]>([]);
  const known = new Map([...lesson.files, ...uploaded].map((file) => [file.id, file]));
  const editor = useEditor({
    extensions: lessonExtensions(t("lessons.placeholder")),
    content: lesson.content,
    editorProps: {
      attributes: {
        "aria-label": t("lessons.textOf", { title: lesson.title }),
        role: "textbox",
        "aria-multiline": "true",
        dir: "auto",
      },
    },
    onUpdate: () => setDirty(true),
  });
  const save = useMutation({
    mutationFn: (version: number) =>
      body(
        api.PUT("/api/lessons/{lesson_id}/content", {
          params: { path: { lesson_id: lesson.id } },
          body: { content: editor.getJSON(), version },
        }),
      ),
    onSuccess: async (saved) => {
      setDirty(false);
      setBase(saved.version);
      await lessonChanged(client, lesson.class_id, saved);
      tell(t("lessons.saved"));
    },
    onError: () => void client.invalidateQueries({ queryKey: lessonQuery(api, lesson.id).queryKey }),
  });
  const { mutate } = save;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
        event.preventDefault();
        mutate(base);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [mutate, base]);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      dirty && (current.pathname !== next.pathname || !("edit" in next.search))
        ? new Promise<boolean>((resolve) =>
            modals.openConfirmModal({
              title: t("lessons.leaveTitle"),
              children: <Text>{t("lessons.leaveAbout")}</Text>,
              labels: { confirm: t("lessons.leave"), cancel: t("lessons.goOn") },
              confirmProps: { color: "red" },
              onConfirm: () => resolve(false),
              onCancel: () => resolve(true),
            }),
          )
        : false,
    enableBeforeUnload: () => dirty,
  });
  const changed = lesson.version > base && !save.isPending;
  const conflict = save.error instanceof Problem && save.error.code === "lesson_changed";
  return (
    <Stack>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" role="status">
          {t(save.isPending ? "save.saving" : dirty ? "lessons.unsaved" : "lessons.allSaved")}
        </Text>
        <Group gap="sm">
          <Button variant="default" h={44} onClick={onClose}>
            {t("lessons.finish")}
          </Button>
          <Button
            h={44}
            loading={save.isPending}
            disabled={!dirty || changed}
            onClick={() => save.mutate(base)}
          >
            {t("actions.save")}
          </Button>
        </Group>
      </Group>
      <FormProblem words={save.error && !conflict ? t(wordsFor(save.error)) : null} />
      {changed && (
        <Alert
          variant="light"
          color="orange"
          icon={<IconUsers size={20} />}
          title={t("lessons.changedTitle")}
          role="alert"
        >
          <Text size="sm">{t("lessons.changedAbout")}</Text>
          <Group gap="sm" mt="sm">
            <Button
              size="sm"
              variant="default"
              onClick={() => {
                editor.commands.setContent(lesson.content, { emitUpdate: false });
                setBase(lesson.version);
                setDirty(false);
                save.reset();
              }}
            >
              {t("lessons.takeTheirs")}
            </Button>
            <Button size="sm" variant="default" onClick={() => save.mutate(lesson.version)}>
              {t("lessons.keepMine")}
            </Button>
          </Group>
          <details style={{ marginTop: 12 }}>
            <summary>{t("lessons.seeTheirs")}</summary>
            <LessonBody lesson={lesson} teaches />
          </details>
        </Alert>
      )}
      <KnownFilesProvider files={known}>
        <div className={styles["editor"]}>
          <Toolbar
            editor={editor}
            classId={lesson.class_id}
            onUploaded={(file) => setUploaded((before) => [...before, file])}
          />
          <EditorContent editor={editor} className={`${styles["writing"]} ${styles["body"]}`} />
        </div>
      </KnownFilesProvider>
    </Stack>
  );
}
