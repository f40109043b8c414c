import { ActionIcon, Button, Group, Menu } from "@mantine/core";
import {
  IconClock,
  IconCopy,
  IconDots,
  IconDownload,
  IconEye,
  IconEyeOff,
  IconPlayerPlay,
  IconPlayerStop,
  IconRepeat,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body, type Api } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import { downloadBlob } from "@/components/download.ts";
import { tell, tellProblem } from "@/components/toast.tsx";
import type { LivePoll } from "./core/pollDocument.ts";
import styles from "./polls.module.css";
import { pollWords } from "./problems.ts";
import { pollChanged } from "./queries.ts";

const TIMERS = [30, 60, 120, 300] as const;

/** What a teacher does with a poll: the one next step, the rest in a menu. */
export function TeacherBar(props: {
  poll: LivePoll;
  classId: string;
  /** Whoever is in a lesson is led nowhere else. */
  stays: boolean;
}) {
  const { poll, classId } = props;
  const { t } = useTranslation();
  const { api, fetch: authorized } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = { params: { path: { poll_id: poll.id } } };
  const act = useMutation({
    mutationFn: (step: (api: Api) => Promise<unknown>) => step(api),
    onError: (error) => tellProblem(t(pollWords(error))),
    onSettled: () => pollChanged(client, { id: poll.id, class_id: classId }),
  });
  const run = (step: (api: Api) => Promise<unknown>) => () => act.mutate(step);
  const open = run((on) => on.POST("/api/polls/{poll_id}/open", path));
  const close = run((on) => on.POST("/api/polls/{poll_id}/close", path));
  const publish = run((on) => on.POST("/api/polls/{poll_id}/publish", path));
  const unpublish = run((on) => on.POST("/api/polls/{poll_id}/unpublish", path));
  const again = run((on) => on.POST("/api/polls/{poll_id}/rounds", { ...path, body: { after: poll.round } }));
  const time = (seconds: number | null) =>
    run((on) => on.PUT("/api/polls/{poll_id}/timer", { ...path, body: { seconds } }));
  const download = run(async () => {
    const answer = await authorized(
      new Request(new URL(`/api/polls/${poll.id}/results.csv`, location.origin)),
    );
    downloadBlob(await answer.blob(), `${poll.question.slice(0, 80)}.csv`);
  });
  const reuse = run(async (on) => {
    const made = await body(on.POST("/api/polls/{poll_id}/copy", { ...path, body: {} }));
    tell(t("polls.copied"));
    if (props.stays) return;
    await navigate({
      to: "/classes/$classId/documents/$documentId",
      params: { classId, documentId: made.document_id },
    });
  });
  const rounds = poll.type !== "q_and_a" && poll.state !== "draft";
  return (
    <Group
      className={styles["bar"]}
      gap="xs"
      justify="center"
      component="section"
      aria-label={t("polls.controls")}
    >
      {poll.state === "draft" && (
        <Button h={44} leftSection={<IconPlayerPlay size={18} />} loading={act.isPending} onClick={open}>
          {t("polls.openPoll")}
        </Button>
      )}
      {poll.state === "open" && (
        <Button h={44} leftSection={<IconPlayerStop size={18} />} loading={act.isPending} onClick={close}>
          {t("polls.closePoll")}
        </Button>
      )}
      {poll.state !== "draft" && !poll.shown && (
        <Button
          h={44}
          variant={poll.state === "closed" ? "filled" : "default"}
          leftSection={<IconEye size={18} />}
          onClick={publish}
        >
          {t("polls.showResults")}
        </Button>
      )}
      {poll.state === "closed" && poll.shown && rounds && (
        <Button h={44} leftSection={<IconRepeat size={18} />} onClick={again}>
          {t("polls.nextRound")}
        </Button>
      )}
      <Menu position="top-end" width={260}>
        <Menu.Target>
          <ActionIcon variant="default" size={44} aria-label={t("polls.more")}>
            <IconDots size={20} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {poll.state === "open" && (
            <>
              <Menu.Label>{t("polls.closeIn")}</Menu.Label>
              {TIMERS.map((seconds) => (
                <Menu.Item key={seconds} leftSection={<IconClock size={18} />} onClick={time(seconds)}>
                  {seconds < 60
                    ? t("polls.seconds", { count: seconds })
                    : t("polls.minutes", { count: seconds / 60 })}
                </Menu.Item>
              ))}
              {poll.closesAt !== null && <Menu.Item onClick={time(null)}>{t("polls.noTimer")}</Menu.Item>}
              <Menu.Divider />
            </>
          )}
          {poll.state === "closed" && !(poll.anonymous && poll.voters > 0) && (
            <Menu.Item leftSection={<IconPlayerPlay size={18} />} onClick={open}>
              {t("polls.reopen")}
            </Menu.Item>
          )}
          {rounds && (
            <Menu.Item leftSection={<IconRepeat size={18} />} onClick={again}>
              {t("polls.nextRound")}
            </Menu.Item>
          )}
          {poll.shown && poll.state !== "draft" && (
            <Menu.Item leftSection={<IconEyeOff size={18} />} onClick={unpublish}>
              {t("polls.hideResults")}
            </Menu.Item>
          )}
          {poll.state !== "draft" && (
            <Menu.Item leftSection={<IconDownload size={18} />} onClick={download}>
              {t("polls.download")}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconCopy size={18} />} onClick={reuse}>
            {t("polls.reuse")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
