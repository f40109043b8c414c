import {
  Badge,
  Button,
  Card,
  Chip,
  Group,
  SegmentedControl,
  SimpleGrid,
  Skeleton,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconBooks, IconPlus, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { Page } from "@/components/Page.tsx";
import { PersonAvatar } from "@/components/PersonAvatar.tsx";
import { CourseForm } from "./CourseForm.tsx";
import styles from "./courses.module.css";
import { categoriesQuery, coursesQuery, type Course } from "./queries.ts";

const route = getRouteApi("/members/shell/courses");
/** A search waits until the typing rests. */
const REST_MILLISECONDS = 250;

/** The catalogue: what one can learn here. */
export function CoursesPage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const { data: me } = useMe();
  const { query = "", category = null, own = false } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(query);
  const [searched] = useDebouncedValue(typed, REST_MILLISECONDS);
  const [creating, create] = useDisclosure(false);
  const categories = useQuery(categoriesQuery(api));
  const courses = useInfiniteQuery(coursesQuery(api, { query: searched.trim(), category, own }));
  const shown: readonly Course[] = courses.data?.pages.flatMap(({ items }) => items) ?? [];
  const teaches = me?.role === "teacher";
  const narrowed = searched.trim() !== "" || category !== null;
  const look = (wanted: { category?: string; own?: true }) =>
    void navigate({ search: { ...(typed.trim() ? { query: typed.trim() } : {}), ...wanted }, replace: true });
  const newCourse = teaches && (
    <Button h={44} leftSection={<IconPlus size={18} />} onClick={create.open}>
      {t("courses.new")}
    </Button>
  );
  const empty = courses.data !== undefined && shown.length === 0;

  return (
    <Page title={t("courses.title")} detail={t("courses.lead")} action={newCourse || undefined}>
      <Group mb="md" gap="sm" align="stretch">
        <TextInput
          type="search"
          size="md"
          className={styles["search"]}
          leftSection={<IconSearch size={18} />}
          placeholder={t("courses.search")}
          aria-label={t("courses.search")}
          maxLength={200}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <SegmentedControl
          size="md"
          aria-label={t("courses.which")}
          value={own ? "own" : "all"}
          onChange={(value) => look(value === "own" ? { own: true } : {})}
          data={[
            { value: "all", label: t("courses.all") },
            { value: "own", label: t("courses.own") },
          ]}
        />
      </Group>
      {!own && (categories.data?.length ?? 0) > 1 && (
        <Group gap={8} mb="lg" role="group" aria-label={t("courses.categories")}>
          {categories.data?.map((each) => (
            <Chip
              key={each.category}
              size="md"
              checked={each.category === category}
              onChange={(checked) => look(checked ? { category: each.category } : {})}
            >
              {t("courses.categoryCount", { category: each.category, count: each.courses })}
            </Chip>
          ))}
        </Group>
      )}
      {courses.isPending && (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} aria-busy>
          {[0, 1, 2].map((card) => (
            <Skeleton key={card} height={180} radius="lg" />
          ))}
        </SimpleGrid>
      )}
      {courses.error && <ErrorState error={courses.error} retry={() => void courses.refetch()} />}
      {empty && narrowed && (
        <EmptyState icon={<IconSearch size={28} />} title={t("courses.noneFoundTitle")}>
          {t("courses.noneFound")}
        </EmptyState>
      )}
      {empty && !narrowed && (
        <EmptyState
          icon={<IconBooks size={28} />}
          title={t(own ? "courses.noneOwnTitle" : "courses.noneTitle")}
          action={newCourse || undefined}
        >
          {t(own ? "courses.noneOwn" : teaches ? "courses.noneTeacher" : "courses.none")}
        </EmptyState>
      )}
      <SimpleGrid
        cols={{ base: 1, sm: 2, lg: 3 }}
        component="ul"
        className={styles["cards"]}
        aria-label={t("courses.title")}
      >
        {shown.map((course) => (
          <li key={course.id}>
            <CourseCard course={course} />
          </li>
        ))}
      </SimpleGrid>
      {courses.hasNextPage && (
        <Group justify="center" mt="lg">
          <Button
            variant="default"
            h={44}
            loading={courses.isFetchingNextPage}
            onClick={() => void courses.fetchNextPage()}
          >
            {t("courses.more")}
          </Button>
        </Group>
      )}
      <CourseForm opened={creating} onClose={create.close} />
    </Page>
  );
}

function CourseCard({ course }: { course: Course }) {
  const { t } = useTranslation();
  const teachers = new Intl.ListFormat(document.documentElement.lang).format(
    course.teachers.map(({ name }) => name),
  );
  return (
    <Card
      className={styles["card"]}
      radius="lg"
      padding="lg"
      renderRoot={(props) => <Link to="/courses/$courseId" params={{ courseId: course.id }} {...props} />}
    >
      <Group justify="space-between" wrap="nowrap" gap="xs" mb={6}>
        <Text size="sm" c="dimmed" truncate>
          {course.category}
        </Text>
        <CourseState course={course} />
      </Group>
      <Title order={2} size="h4" lineClamp={2} className={styles["words"]}>
        {course.title}
      </Title>
      {course.description && (
        <Text size="sm" c="dimmed" lineClamp={3} mt={6} className={styles["words"]}>
          {course.description}
        </Text>
      )}
      <Group justify="space-between" wrap="nowrap" mt="auto" pt="lg">
        <Group gap={8} wrap="nowrap" style={{ minWidth: 0 }}>
          {course.teachers.slice(0, 2).map((person) => (
            <PersonAvatar key={person.id} person={person} size={28} />
          ))}
          <Text size="sm" c="dimmed" truncate>
            {teachers}
          </Text>
        </Group>
        <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
          {t("courses.classes", { count: course.class_count })}
        </Text>
      </Group>
    </Card>
  );
}

/** What the course is to this person, in a word. */
function CourseState({ course }: { course: Course }) {
  const { t } = useTranslation();
  if (!course.published) {
    return (
      <Badge variant="light" color="gray">
        {t("courses.draft")}
      </Badge>
    );
  }
  if (course.class_id !== null) return <Badge variant="light">{t("courses.enrolled")}</Badge>;
  if (course.teaches) return <Badge variant="light">{t("home.youTeach")}</Badge>;
  return null;
}
