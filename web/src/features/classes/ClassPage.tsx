import { Anchor, Group, Stack, Tabs, Text } from "@mantine/core";
import { IconChalkboard, IconLayoutDashboard, IconSettings, IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { classQuery, sessionsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { useClassTabs } from "@/components/classTabs.tsx";
import { Page } from "@/components/Page.tsx";
import { PageProblem } from "@/components/PageProblem.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { NextSessions, PlanButton } from "@/components/sessions/NextSessions.tsx";
import { RunningSession } from "@/components/sessions/RunningSession.tsx";
import { StartClass } from "@/components/sessions/StartClass.tsx";
import { DocumentsTab } from "./DocumentsTab.tsx";
import { OverviewTab } from "./OverviewTab.tsx";
import { PeopleTab } from "./PeopleTab.tsx";
import { SettingsTab } from "./SettingsTab.tsx";

/** On a phone the tab one comes to may lie beyond the edge. */
function showActive(list: HTMLElement | null) {
  list?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

const route = getRouteApi("/members/shell/classes/$classId");

/** The tabs that a class always has; the first is shown when none is asked for. */
const OWN_TABS = ["overview", "documents", "people", "settings"] as const;

export function ClassPage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const { classId } = route.useParams();
  const { tab } = route.useSearch();
  const more = useClassTabs();
  const navigate = route.useNavigate();
  const room = useQuery(classQuery(api, classId));
  const running = useQuery(sessionsQuery(api, { class_id: classId, state: "running" }));
  const teaches = room.data?.role === "teacher";
  if (room.isPending) {
    return (
      <Page title={t("class.loading")}>
        <RowsLoading rows={4} />
      </Page>
    );
  }
  if (room.error) {
    return <PageProblem error={room.error} retry={() => void room.refetch()} />;
  }
  const teachers = new Intl.ListFormat(document.documentElement.lang).format(
    room.data.teachers.map(({ name }) => name),
  );
  const names = [...OWN_TABS, ...more.map(({ name }) => name)];
  return (
    <Page
      title={room.data.title}
      detail={
        <Text c="dimmed">
          {t("class.taughtBy", { teachers })}
          {room.data.course && (
            <>
              {" · "}
              <Anchor
                underline="always"
                renderRoot={(props) => (
                  <Link
                    to="/courses/$courseId"
                    params={{ courseId: room.data.course?.id ?? "" }}
                    {...props}
                  />
                )}
              >
                {t("class.ofCourse", { title: room.data.course.title })}
              </Anchor>
            </>
          )}
        </Text>
      }
      action={
        teaches && running.data?.length === 0 ? (
          <Group gap="sm">
            <PlanButton classId={classId} />
            <StartClass classId={classId} />
          </Group>
        ) : undefined
      }
    >
      <Stack gap="lg" mb="lg">
        {running.data?.map((session) => (
          <RunningSession key={session.id} session={session} title={session.title} />
        ))}
        <NextSessions classId={classId} teaches={teaches} />
      </Stack>
      <Tabs
        value={names.find((name) => name === tab) ?? OWN_TABS[0]}
        onChange={(value) =>
          void navigate({ search: value && value !== OWN_TABS[0] ? { tab: value } : {}, replace: true })
        }
        keepMounted={false}
      >
        <Tabs.List
          ref={showActive}
          mb="lg"
          style={{ flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden" }}
        >
          <Tabs.Tab value="overview" h={44} leftSection={<IconLayoutDashboard size={18} />}>
            {t("class.overview")}
          </Tabs.Tab>
          <Tabs.Tab value="documents" h={44} leftSection={<IconChalkboard size={18} />}>
            {t("class.documents")}
          </Tabs.Tab>
          {more.map(({ name, label, icon: Icon }) => (
            <Tabs.Tab key={name} value={name} h={44} leftSection={<Icon size={18} />}>
              {t(label)}
            </Tabs.Tab>
          ))}
          <Tabs.Tab value="people" h={44} leftSection={<IconUsers size={18} />}>
            {t("class.people")}
          </Tabs.Tab>
          <Tabs.Tab value="settings" h={44} leftSection={<IconSettings size={18} />}>
            {t("class.settings")}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <OverviewTab room={room.data} />
        </Tabs.Panel>
        <Tabs.Panel value="documents">
          <DocumentsTab room={room.data} />
        </Tabs.Panel>
        {more.map(({ name, content: Content }) => (
          <Tabs.Panel key={name} value={name}>
            <Suspense fallback={<RowsLoading rows={5} />}>
              <Content room={room.data} />
            </Suspense>
          </Tabs.Panel>
        ))}
        <Tabs.Panel value="people">
          <PeopleTab room={room.data} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <SettingsTab room={room.data} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
