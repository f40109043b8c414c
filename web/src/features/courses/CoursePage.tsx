import { Anchor, Badge, Button, Group, Menu, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconEyeOff, IconPencil, IconPlus, IconSchool, IconWorldUpload } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { DeleteItem, MoreMenu } from "@/components/MoreMenu.tsx";
import { Page } from "@/components/Page.tsx";
import { PageProblem } from "@/components/PageProblem.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { tell, tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { ClassPlace } from "./ClassPlace.tsx";
import { CourseClassRow } from "./CourseClassRow.tsx";
import { CourseForm } from "./CourseForm.tsx";
import styles from "./courses.module.css";
import { courseChanged, courseQuery, type CourseDetail } from "./queries.ts";

const route = getRouteApi("/members/shell/courses/$courseId");

/** One course: what it is about, its classes, and the way into them. */
export function CoursePage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const { courseId } = route.useParams();
  const course = useQuery(courseQuery(api, courseId));
  if (course.isPending) {
    return (
      <Page title={t("courses.loading")}>
        <RowsLoading rows={4} />
      </Page>
    );
  }
  if (!course.data) {
    return <PageProblem error={course.error} retry={() => void course.refetch()} />;
  }
  return <ShownCourse course={course.data} />;
}

function ShownCourse({ course }: { course: CourseDetail }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [adding, add] = useDisclosure(false);
  const path = { params: { path: { course_id: course.id } } };
  const settle = {
    onError: (error: unknown) => tellProblem(t(wordsFor(error))),
    onSettled: () => courseChanged(client),
  };
  const publish = useMutation({
    mutationFn: () => body(api.POST("/api/courses/{course_id}/publish", path)),
    onSuccess: () => tell(t("courses.publishedNow", { title: course.title })),
    ...settle,
  });
  const addClass = course.teaches && (
    <Button
      variant={course.published ? "filled" : "default"}
      h={44}
      leftSection={<IconPlus size={18} />}
      onClick={add.open}
    >
      {t("courses.addClass")}
    </Button>
  );
  return (
    <Page
      title={course.title}
      detail={
        <Group gap="xs">
          <Anchor renderRoot={(props) => <Link to="/courses" search={{}} {...props} />}>
            {t("courses.title")}
          </Anchor>
          <span aria-hidden>{"·"}</span>
          <span>{course.category}</span>
          {!course.published && (
            <Badge variant="light" color="gray">
              {t("courses.draft")}
            </Badge>
          )}
        </Group>
      }
      action={
        course.teaches ? (
          <Group gap="sm">
            {!course.published && (
              <Button
                h={44}
                leftSection={<IconWorldUpload size={18} />}
                loading={publish.isPending}
                onClick={() => publish.mutate()}
              >
                {t("courses.publish")}
              </Button>
            )}
            {course.published && addClass}
            <CourseMenu course={course} />
          </Group>
        ) : undefined
      }
    >
      <Stack gap="xl">
        {course.description ? (
          <Text className={styles["description"]}>{course.description}</Text>
        ) : (
          course.teaches && <Text c="dimmed">{t("courses.noDescription")}</Text>
        )}
        {course.teaches && !course.published && <Text c="dimmed">{t("courses.draftAbout")}</Text>}
        <section>
          <Group justify="space-between" mb="sm">
            <Title order={2} size="h4">
              {t("courses.classesTitle")}
            </Title>
            {!course.published && course.classes.length > 0 && addClass}
          </Group>
          {course.classes.length === 0 && (
            <EmptyState
              icon={<IconSchool size={28} />}
              title={t("courses.noClassesTitle")}
              action={addClass || undefined}
            >
              {t(course.teaches ? "courses.noClassesTeacher" : "courses.noClasses")}
            </EmptyState>
          )}
          <Stack gap={8} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
            {course.classes.map((each) => (
              <CourseClassRow key={each.id} course={course} each={each} />
            ))}
          </Stack>
        </section>
      </Stack>
      <ClassPlace opened={adding} onClose={add.close} course={course} />
    </Page>
  );
}

function CourseMenu({ course }: { course: CourseDetail }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [editing, edit] = useDisclosure(false);
  const path = { params: { path: { course_id: course.id } } };
  const onError = (error: unknown) => tellProblem(t(wordsFor(error)));
  const unpublish = useMutation({
    mutationFn: () => body(api.POST("/api/courses/{course_id}/unpublish", path)),
    onError,
    onSettled: () => courseChanged(client),
  });
  const restore = useMutation({
    mutationFn: () => body(api.POST("/api/courses/{course_id}/restore", path)),
    onError,
    onSettled: () => courseChanged(client),
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/courses/{course_id}", path),
    onSuccess: async () => {
      await navigate({ to: "/courses", search: { own: true } });
      await courseChanged(client);
      tellWithUndo({
        message: t("courses.deleted", { title: course.title }),
        undoLabel: t("actions.undo"),
        undo: () => restore.mutate(),
      });
    },
    onError,
  });
  return (
    <>
      <MoreMenu label={t("courses.menu", { title: course.title })} framed>
        <Menu.Item leftSection={<IconPencil size={18} />} onClick={edit.open}>
          {t("courses.edit")}
        </Menu.Item>
        {course.published && (
          <Menu.Item leftSection={<IconEyeOff size={18} />} onClick={() => unpublish.mutate()}>
            {t("courses.unpublish")}
          </Menu.Item>
        )}
        <DeleteItem label={t("courses.delete")} onClick={() => remove.mutate()} />
      </MoreMenu>
      <CourseForm opened={editing} onClose={edit.close} course={course} />
    </>
  );
}
