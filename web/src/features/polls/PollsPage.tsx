import { Anchor, Badge, Button, Card, Group, Menu, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChartBar, IconCopy, IconPencil, IconPlayerPlay, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { classQuery, pollsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { DeleteItem, MoreMenu } from "@/components/MoreMenu.tsx";
import { Page } from "@/components/Page.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { ago } from "@/components/time.ts";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import styles from "./polls.module.css";
import { PollForm } from "./PollForm.tsx";
import { pollWords } from "./problems.ts";
import { pollChanged, type Poll } from "./queries.ts";

const route = getRouteApi("/members/shell/classes/$classId/polls");

/** A class's polls: what is prepared, what runs, what was asked. */
export function PollsPage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const { classId } = route.useParams();
  const { create } = route.useSearch();
  const client = useQueryClient();
  const navigate = useNavigate();
  const room = useQuery(classQuery(api, classId));
  const polls = useQuery(pollsQuery(api, classId));
  const teaches = room.data?.role === "teacher";
  const [making, make] = useDisclosure(create === true);
  const [edited, edit] = useState<Poll | null>(null);
  const newPoll = teaches && (
    <Button h={44} leftSection={<IconPlus size={18} />} onClick={make.open}>
      {t("polls.new")}
    </Button>
  );
  const made = async (poll: Poll, opened: boolean) => {
    await pollChanged(client, poll);
    if (!opened) return;
    await navigate({
      to: "/classes/$classId/documents/$documentId",
      params: { classId, documentId: poll.document_id },
    });
  };
  const groups = (["open", "draft", "closed"] as const).map((state) => ({
    state,
    items: polls.data?.filter((poll) => poll.state === state) ?? [],
  }));
  return (
    <Page
      title={t("polls.title")}
      detail={
        <Anchor
          inherit
          renderRoot={(link) => <Link to="/classes/$classId" params={{ classId }} search={{}} {...link} />}
        >
          {room.data?.title ?? t("board.backToClass")}
        </Anchor>
      }
      action={polls.data?.length ? newPoll : undefined}
    >
      {polls.isPending && <RowsLoading rows={3} height={72} />}
      {polls.error && <ErrorState error={polls.error} retry={() => void polls.refetch()} />}
      {polls.data?.length === 0 && (
        <EmptyState icon={<IconChartBar size={28} />} title={t("polls.none")} action={newPoll || undefined}>
          {t(teaches ? "polls.noneTeacher" : "polls.noneStudent")}
        </EmptyState>
      )}
      <Stack gap="xl">
        {groups
          .filter(({ items }) => items.length > 0)
          .map(({ state, items }) => (
            <section key={state}>
              <Title order={2} size="h4" mb="sm">
                {t(`polls.${state}`)}
              </Title>
              <Stack gap={8} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
                {items.map((poll) => (
                  <PollRow key={poll.id} poll={poll} teaches={teaches} onEdit={() => edit(poll)} />
                ))}
              </Stack>
            </section>
          ))}
      </Stack>
      {teaches && <PollForm opened={making} onClose={make.close} classId={classId} onMade={made} />}
      {edited && (
        <PollForm
          key={edited.id}
          opened
          onClose={() => edit(null)}
          classId={classId}
          poll={edited}
          onMade={made}
        />
      )}
    </Page>
  );
}

function PollRow(props: { poll: Poll; teaches: boolean; onEdit: () => void }) {
  const { poll, teaches } = props;
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = { params: { path: { poll_id: poll.id } } };
  const show = (documentId: string) =>
    navigate({
      to: "/classes/$classId/documents/$documentId",
      params: { classId: poll.class_id, documentId },
    });
  const options = {
    onError: (error: unknown) => tellProblem(t(pollWords(error))),
    onSettled: () => pollChanged(client, poll),
  };
  const open = useMutation({
    mutationFn: async () => {
      await api.POST("/api/polls/{poll_id}/open", path);
      await show(poll.document_id);
    },
    ...options,
  });
  const reuse = useMutation({
    mutationFn: async () => {
      const made = await body(api.POST("/api/polls/{poll_id}/copy", { ...path, body: {} }));
      await show(made.document_id);
    },
    ...options,
  });
  const restore = useMutation({
    mutationFn: () =>
      api.POST("/api/documents/{document_id}/restore", {
        params: { path: { document_id: poll.document_id } },
      }),
    ...options,
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/polls/{poll_id}", path),
    ...options,
    onSuccess: () =>
      tellWithUndo({
        message: t("polls.deleted", { question: poll.question }),
        undoLabel: t("actions.undo"),
        undo: () => restore.mutate(),
      }),
  });
  return (
    <Card component="li" radius="lg" padding="sm" className={styles["poll"]}>
      <Group wrap="nowrap" gap="md">
        <div style={{ flex: 1, minWidth: 0 }}>
          <Title order={3} size="h5" lineClamp={2}>
            <Link
              to="/classes/$classId/documents/$documentId"
              params={{ classId: poll.class_id, documentId: poll.document_id }}
              className={styles["open"]}
            >
              {poll.question}
            </Link>
          </Title>
          <Text size="sm" c="dimmed">
            {t(`polls.type.${poll.type}`)} · {ago(poll.created_at, i18n.language)}
          </Text>
        </div>
        {poll.anonymous && (
          <Badge variant="light" color="gray" visibleFrom="xs">
            {t("polls.anonymous")}
          </Badge>
        )}
        {teaches && poll.state === "draft" && (
          <Button
            className={styles["above"]}
            variant="light"
            h={44}
            leftSection={<IconPlayerPlay size={18} />}
            loading={open.isPending}
            onClick={() => open.mutate()}
          >
            {t("polls.openPoll")}
          </Button>
        )}
        {teaches && (
          <MoreMenu
            label={t("polls.moreNamed", { question: poll.question })}
            width={240}
            className={styles["above"]}
          >
            {poll.state === "draft" && (
              <Menu.Item leftSection={<IconPencil size={18} />} onClick={props.onEdit}>
                {t("polls.edit")}
              </Menu.Item>
            )}
            <Menu.Item leftSection={<IconCopy size={18} />} onClick={() => reuse.mutate()}>
              {t("polls.reuse")}
            </Menu.Item>
            <DeleteItem onClick={() => remove.mutate()} />
          </MoreMenu>
        )}
      </Group>
    </Card>
  );
}
