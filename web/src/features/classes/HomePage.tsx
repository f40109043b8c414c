import { Badge, Button, Card, Group, SimpleGrid, Skeleton, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKey, IconPlus, IconSchool } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { classesQuery, useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { Page } from "@/components/Page.tsx";
import { PersonAvatar } from "@/components/PersonAvatar.tsx";
import { StartClassOf, Today } from "@/components/sessions/Today.tsx";
import { WorkDue } from "@/components/WorkDue.tsx";
import { CreateClass } from "./CreateClass.tsx";
import { JoinWithCode } from "./JoinWithCode.tsx";
import styles from "./HomePage.module.css";

export function HomePage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const { data: me } = useMe();
  const classes = useQuery(classesQuery(api));
  const [creating, create] = useDisclosure(false);
  const [joining, join] = useDisclosure(false);
  const teaches = me?.role === "teacher";

  const joinButton = (
    <Button
      h={44}
      variant={teaches ? "default" : "filled"}
      leftSection={<IconKey size={18} />}
      onClick={join.open}
    >
      {t("home.join")}
    </Button>
  );
  const taught = (classes.data ?? []).filter(({ role }) => role === "teacher");
  const actions = teaches ? (
    <Group gap="sm" justify="center">
      {joinButton}
      <Button
        h={44}
        variant={taught.length > 0 ? "default" : "filled"}
        leftSection={<IconPlus size={18} />}
        onClick={create.open}
      >
        {t("home.create")}
      </Button>
      <StartClassOf classes={taught} />
    </Group>
  ) : (
    joinButton
  );
  const empty = classes.data?.length === 0;

  return (
    <Page
      title={t("home.title")}
      detail={me && t("home.greeting", { name: me.name })}
      action={empty ? undefined : actions}
    >
      {classes.isPending && (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} aria-busy>
          {[0, 1, 2].map((card) => (
            <Skeleton key={card} height={148} radius="lg" />
          ))}
        </SimpleGrid>
      )}
      {classes.error && <ErrorState error={classes.error} retry={() => void classes.refetch()} />}
      {empty && (
        <EmptyState
          icon={<IconSchool size={28} />}
          title={t(teaches ? "home.emptyTeacherTitle" : "home.emptyStudentTitle")}
          action={actions}
        >
          {t(teaches ? "home.emptyTeacher" : "home.emptyStudent")}
        </EmptyState>
      )}
      <Today classes={classes.data ?? []} />
      {classes.data?.some(({ role }) => role === "student") && <WorkDue />}
      {classes.data && !empty && (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} component="ul" className={styles["cards"]}>
          {classes.data.map((room) => (
            <li key={room.id}>
              <ClassCard room={room} />
            </li>
          ))}
        </SimpleGrid>
      )}
      <CreateClass opened={creating} onClose={create.close} />
      <JoinWithCode opened={joining} onClose={join.close} />
    </Page>
  );
}

function ClassCard({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const teachers = new Intl.ListFormat(document.documentElement.lang).format(
    room.teachers.map(({ name }) => name),
  );
  return (
    <Card
      className={styles["card"]}
      radius="lg"
      padding="lg"
      renderRoot={(props) => (
        <Link to="/classes/$classId" params={{ classId: room.id }} search={{}} {...props} />
      )}
    >
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
        <Title order={2} size="h4" lineClamp={2}>
          {room.title}
        </Title>
        {room.role === "teacher" && (
          <Badge variant="light" miw="max-content">
            {t("home.youTeach")}
          </Badge>
        )}
      </Group>
      <Group justify="space-between" wrap="nowrap" mt="auto" pt="xl">
        <Group gap={8} wrap="nowrap" style={{ minWidth: 0 }}>
          {room.teachers.slice(0, 2).map((person) => (
            <PersonAvatar key={person.id} person={person} size={28} />
          ))}
          <Text size="sm" c="dimmed" truncate>
            {teachers}
          </Text>
        </Group>
        <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
          {t("home.students", { count: room.student_count })}
        </Text>
      </Group>
    </Card>
  );
}
