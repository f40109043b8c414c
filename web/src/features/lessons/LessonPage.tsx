import { Anchor, Button, Group, Menu, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconArrowLeft,
  IconArrowRight,
  IconBook2,
  IconCheck,
  IconPencil,
  IconTypography,
} from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { classQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { AskTitle } from "@/components/AskTitle.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { DeleteItem, MoreMenu } from "@/components/MoreMenu.tsx";
import { Page } from "@/components/Page.tsx";
import { PageProblem } from "@/components/PageProblem.tsx";
import { patiently } from "@/components/patiently.ts";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { moment } from "@/components/time.ts";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { isEmpty, type ContentNode } from "./core/content.ts";
import { LessonBody } from "./LessonBody.tsx";
import styles from "./lessons.module.css";
import { PublicationBadge, PublishMenu } from "./Publication.tsx";
import { lessonChanged, lessonQuery, lessonsQuery, type Lesson } from "./queries.ts";

const route = getRouteApi("/members/shell/classes/$classId/lessons/$lessonId");
const LessonEditor = lazy(() => patiently(() => import("./editor/LessonEditor.tsx")));

/** One lesson: read by the class, written by its teachers. */
export function LessonPage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const { classId, lessonId } = route.useParams();
  const room = useQuery(classQuery(api, classId));
  const lesson = useQuery(lessonQuery(api, lessonId));
  if (lesson.isPending || room.isPending) {
    return (
      <Page title={t("lessons.loading")}>
        <RowsLoading rows={5} />
      </Page>
    );
  }
  if (!lesson.data || !room.data || lesson.error) {
    return (
      <PageProblem
        error={lesson.error ?? room.error}
        retry={() => void lesson.refetch()}
        back={room.data && <BackToLessons classId={classId} words={t("lessons.tab")} />}
      />
    );
  }
  return (
    <ShownLesson
      key={lessonId}
      lesson={lesson.data}
      teaches={room.data.role === "teacher"}
      title={room.data.title}
    />
  );
}

function BackToLessons({ classId, words }: { classId: string; words: string }) {
  return (
    <Anchor
      renderRoot={(props) => (
        <Link to="/classes/$classId" params={{ classId }} search={{ tab: "lessons" }} {...props} />
      )}
    >
      {words}
    </Anchor>
  );
}

function ShownLesson({ lesson, teaches, title }: { lesson: Lesson; teaches: boolean; title: string }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { edit } = route.useSearch();
  const navigate = route.useNavigate();
  const editing = teaches && edit === true;
  const { id, class_id: classId } = lesson;
  const unread = !teaches && lesson.own === "none";
  useEffect(() => {
    if (!unread) return;
    // Looking ahead must not count: only a page that is open says so.
    void api
      .PUT("/api/lessons/{lesson_id}/opened", { params: { path: { lesson_id: id } } })
      .then(() => lessonChanged(client, classId))
      .catch(() => {
        // It is kept with the next look.
      });
  }, [api, client, id, classId, unread]);
  return (
    <Page
      title={lesson.title}
      detail={
        <Group gap="xs">
          <BackToLessons classId={classId} words={title} />
          <span aria-hidden>{"·"}</span>
          <span>{lesson.unit_title}</span>
          {teaches && <PublicationBadge publication={lesson.publication} />}
          {teaches && lesson.publication === "scheduled" && lesson.published_at && (
            <span>{t("lessons.appears", { when: moment(lesson.published_at, i18n.language) })}</span>
          )}
        </Group>
      }
      action={
        teaches && !editing ? (
          <Group gap="sm">
            <Button
              h={44}
              variant="default"
              leftSection={<IconPencil size={18} />}
              onClick={() => void navigate({ search: { edit: true } })}
            >
              {t("lessons.edit")}
            </Button>
            <PublishMenu lesson={lesson} />
            <LessonMenu lesson={lesson} />
          </Group>
        ) : undefined
      }
    >
      {editing ? (
        <Suspense fallback={<RowsLoading rows={6} />}>
          <LessonEditor lesson={lesson} onClose={() => void navigate({ search: {}, replace: true })} />
        </Suspense>
      ) : (
        <Stack gap="xl">
          {isEmpty(lesson.content as unknown as ContentNode) ? (
            <EmptyState icon={<IconBook2 size={28} />} title={t("lessons.emptyTitle")}>
              {t(teaches ? "lessons.emptyTeacher" : "lessons.emptyStudent")}
            </EmptyState>
          ) : (
            <LessonBody lesson={lesson} teaches={teaches} />
          )}
          <Neighbours lesson={lesson} teaches={teaches} />
        </Stack>
      )}
    </Page>
  );
}

const turned = () => (document.documentElement.dir === "rtl" ? { transform: "scaleX(-1)" } : undefined);

function Neighbours({ lesson, teaches }: { lesson: Lesson; teaches: boolean }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const outline = useQuery(lessonsQuery(api, lesson.class_id));
  const titles = new Map(outline.data?.flatMap(({ lessons }) => lessons.map(({ id, title }) => [id, title])));
  const to = (id: string | null, words: string, before: boolean) =>
    id !== null && (
      <Button
        variant="default"
        h={44}
        maw="100%"
        leftSection={before ? <IconArrowLeft size={18} style={turned()} /> : undefined}
        rightSection={before ? undefined : <IconArrowRight size={18} style={turned()} />}
        renderRoot={(props) => (
          <Link
            to="/classes/$classId/lessons/$lessonId"
            params={{ classId: lesson.class_id, lessonId: id }}
            search={{}}
            {...props}
          />
        )}
      >
        {titles.get(id) ?? words}
      </Button>
    );
  return (
    <Group component="nav" justify="space-between" gap="sm" aria-label={t("lessons.neighbours")}>
      <div className={styles["neighbour"]}>{to(lesson.previous_id, t("lessons.previous"), true)}</div>
      {!teaches && <Done lesson={lesson} />}
      <div className={styles["neighbour"]}>{to(lesson.next_id, t("lessons.next"), false)}</div>
    </Group>
  );
}

/** The student says when a lesson is done, and may say that it is not after all. */
function Done({ lesson }: { lesson: Lesson }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const path = { params: { path: { lesson_id: lesson.id } } };
  const done = lesson.own === "completed";
  const mark = useMutation({
    mutationFn: (completed: boolean) =>
      completed
        ? api.PUT("/api/lessons/{lesson_id}/completion", path)
        : api.DELETE("/api/lessons/{lesson_id}/completion", path),
    onMutate: async (completed) => {
      const { queryKey } = lessonQuery(api, lesson.id);
      await client.cancelQueries({ queryKey });
      client.setQueryData(queryKey, (before) =>
        before ? { ...before, own: completed ? ("completed" as const) : ("opened" as const) } : before,
      );
    },
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => lessonChanged(client, lesson.class_id),
  });
  return (
    <Button
      h={44}
      variant={done ? "light" : "filled"}
      aria-pressed={done}
      leftSection={<IconCheck size={18} />}
      onClick={() => mark.mutate(!done)}
    >
      {t(done ? "lessons.done" : "lessons.markDone")}
    </Button>
  );
}

function LessonMenu({ lesson }: { lesson: Lesson }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [renaming, rename] = useDisclosure(false);
  const path = { params: { path: { lesson_id: lesson.id } } };
  const onError = (error: unknown) => tellProblem(t(wordsFor(error)));
  const restore = useMutation({
    mutationFn: () => api.POST("/api/lessons/{lesson_id}/restore", path),
    onError,
    onSettled: () => lessonChanged(client, lesson.class_id),
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/lessons/{lesson_id}", path),
    onSuccess: async () => {
      await navigate({
        to: "/classes/$classId",
        params: { classId: lesson.class_id },
        search: { tab: "lessons" },
      });
      await lessonChanged(client, lesson.class_id);
      tellWithUndo({
        message: t("lessons.deleted", { title: lesson.title }),
        undoLabel: t("actions.undo"),
        undo: () => restore.mutate(),
      });
    },
    onError,
  });
  return (
    <>
      <MoreMenu label={t("lessons.menu", { title: lesson.title })} width={220} framed>
        <Menu.Item leftSection={<IconTypography size={18} />} onClick={rename.open}>
          {t("actions.rename")}
        </Menu.Item>
        <DeleteItem onClick={() => remove.mutate()} />
      </MoreMenu>
      <AskTitle
        opened={renaming}
        onClose={rename.close}
        heading={t("lessons.rename")}
        label={t("lessons.lessonTitle")}
        initial={lesson.title}
        submit={t("actions.save")}
        onSubmit={async (title) => {
          await api.PATCH("/api/lessons/{lesson_id}", { ...path, body: { title } });
          await lessonChanged(client, lesson.class_id);
        }}
      />
    </>
  );
}
