import { Badge, Button, Card, Group, Menu, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { modals } from "@mantine/modals";
import { IconDoorExit, IconSettings } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { AskTitle } from "@/components/AskTitle.tsx";
import { MoreMenu } from "@/components/MoreMenu.tsx";
import { tell, tellProblem } from "@/components/toast.tsx";
import { ClassPlace } from "./ClassPlace.tsx";
import styles from "./courses.module.css";
import { courseChanged, type CourseClass, type CourseDetail } from "./queries.ts";

/** A class of a course, and what one can do about it: enrol, open, drop; its teachers set how one gets in. */
export function CourseClassRow({ course, each }: { course: CourseDetail; each: CourseClass }) {
  const { t, i18n } = useTranslation();
  const teachers = new Intl.ListFormat(i18n.language).format(each.teachers.map(({ name }) => name));
  const places =
    each.seats === null
      ? t("home.students", { count: each.student_count })
      : t("courses.places", { taken: each.student_count, seats: each.seats });
  return (
    <Card component="li" radius="lg" padding="md" className={styles["class"]}>
      <Group justify="space-between" gap="sm">
        <div style={{ flex: "1 1 220px", minWidth: 0 }}>
          <Title order={3} size="h5" className={styles["words"]}>
            {each.title}
          </Title>
          <Text size="sm" c="dimmed">
            {[teachers, places].filter(Boolean).join(" · ")}
          </Text>
        </div>
        <Group gap="xs" wrap="nowrap">
          {course.teaches && <Badge variant="light">{t(`courses.enrolment.${each.enrolment}`)}</Badge>}
          <Way course={course} each={each} />
          {each.role === "teacher" && course.teaches && <PlaceMenu course={course} each={each} />}
        </Group>
      </Group>
    </Card>
  );
}

function Way({ course, each }: { course: CourseDetail; each: CourseClass }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: me } = useMe();
  const [asking, ask] = useDisclosure(false);
  const path = { params: { path: { course_id: course.id } } };
  const enrol = async (join_code?: string) => {
    const changed = await body(
      api.PUT("/api/courses/{course_id}/enrolment", {
        ...path,
        body: { class_id: each.id, ...(join_code === undefined ? {} : { join_code }) },
      }),
    );
    await courseChanged(client, changed);
    tell(t("courses.enrolledNow", { title: each.title }));
    await navigate({ to: "/classes/$classId", params: { classId: each.id }, search: {} });
  };
  const enrolling = useMutation({
    mutationFn: () => enrol(),
    onError: (error) => {
      tellProblem(t(wordsFor(error)));
      void courseChanged(client);
    },
  });
  if (each.role !== null) {
    return (
      <>
        <Button
          variant="default"
          h={44}
          renderRoot={(props) => (
            <Link to="/classes/$classId" params={{ classId: each.id }} search={{}} {...props} />
          )}
        >
          {t("courses.openClass")}
        </Button>
        {each.role === "student" && <Drop course={course} each={each} />}
      </>
    );
  }
  if (me?.role !== "student" && me?.role !== "teacher") return null;
  if (course.class_id !== null) return null;
  if (each.refusal !== null) {
    return <Text c="dimmed">{t(each.refusal === "class_full" ? "courses.full" : "courses.closed")}</Text>;
  }
  return (
    <>
      <Button
        h={44}
        variant={course.teaches ? "default" : "filled"}
        loading={enrolling.isPending}
        onClick={() => (each.enrolment === "code" ? ask.open() : enrolling.mutate())}
      >
        {t("courses.enrol")}
      </Button>
      <AskTitle
        opened={asking}
        onClose={ask.close}
        heading={t("courses.enrolIn", { title: each.title })}
        label={t("class.joinCode")}
        description={t("courses.codeAbout")}
        placeholder="ABCD-EFGH"
        field="join_code"
        submit={t("courses.enrol")}
        onSubmit={enrol}
      />
    </>
  );
}

function Drop({ course, each }: { course: CourseDetail; each: CourseClass }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const drop = useMutation({
    mutationFn: () =>
      api.DELETE("/api/courses/{course_id}/enrolment", { params: { path: { course_id: course.id } } }),
    onSuccess: () => tell(t("courses.dropped", { title: course.title })),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => courseChanged(client),
  });
  return (
    <Button
      variant="subtle"
      color="gray"
      h={44}
      leftSection={<IconDoorExit size={18} />}
      loading={drop.isPending}
      onClick={() =>
        // Coming back may need the teacher: a closed or full class takes nobody, so this is asked before.
        modals.openConfirmModal({
          title: t("courses.dropTitle", { title: course.title }),
          children: (
            <Text>
              {t(each.refusal === null ? "courses.dropAbout" : "courses.dropAboutClosed", {
                title: each.title,
              })}
            </Text>
          ),
          labels: { confirm: t("courses.drop"), cancel: t("actions.stay") },
          confirmProps: { color: "red" },
          onConfirm: () => drop.mutate(),
        })
      }
    >
      {t("courses.drop")}
    </Button>
  );
}

function PlaceMenu({ course, each }: { course: CourseDetail; each: CourseClass }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [changing, change] = useDisclosure(false);
  const remove = useMutation({
    mutationFn: () =>
      body(
        api.DELETE("/api/courses/{course_id}/classes/{class_id}", {
          params: { path: { course_id: course.id, class_id: each.id } },
        }),
      ),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => courseChanged(client),
  });
  return (
    <>
      <MoreMenu label={t("courses.classMenu", { title: each.title })}>
        <Menu.Item leftSection={<IconSettings size={18} />} onClick={change.open}>
          {t("courses.placeTitle")}
        </Menu.Item>
        <Menu.Item leftSection={<IconDoorExit size={18} />} onClick={() => remove.mutate()}>
          {t("courses.takeOut")}
        </Menu.Item>
      </MoreMenu>
      <ClassPlace opened={changing} onClose={change.close} course={course} each={each} />
    </>
  );
}
