import { Badge, Button, Group, Menu, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendarClock, IconChevronDown, IconEyeOff, IconWorldUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { Problem, wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { moment } from "@/components/time.ts";
import { toField } from "@/components/timeField.ts";
import { tell, tellProblem } from "@/components/toast.tsx";
import { lessonChanged, type Lesson, type LessonSummary } from "./queries.ts";

/** Who sees a lesson, in a word. */
export function PublicationBadge({ publication }: { publication: LessonSummary["publication"] }) {
  const { t } = useTranslation();
  return (
    <Badge variant="light" color={publication === "published" ? "pine" : "gray"} style={{ flexShrink: 0 }}>
      {t(`lessons.publication.${publication}`)}
    </Badge>
  );
}

/** The class sees it: now, from a moment on, or not yet. */
export function PublishMenu({ lesson }: { lesson: Lesson }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [scheduling, schedule] = useDisclosure(false);
  const path = { params: { path: { lesson_id: lesson.id } } };
  const settle = {
    onError: (error: unknown) => tellProblem(t(wordsFor(error))),
    onSettled: () => lessonChanged(client, lesson.class_id),
  };
  const publish = useMutation({
    mutationFn: () => body(api.POST("/api/lessons/{lesson_id}/publish", { ...path, body: {} })),
    onSuccess: () => tell(t("lessons.publishedNow")),
    ...settle,
  });
  const unpublish = useMutation({
    mutationFn: () => body(api.POST("/api/lessons/{lesson_id}/unpublish", path)),
    onSuccess: () => tell(t("lessons.unpublishedNow")),
    ...settle,
  });
  const published = lesson.publication === "published";
  return (
    <>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <Button
            h={44}
            variant={published ? "default" : "filled"}
            loading={publish.isPending || unpublish.isPending}
            rightSection={<IconChevronDown size={18} />}
          >
            {t(published ? "lessons.publication.published" : "lessons.publish")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {!published && (
            <Menu.Item leftSection={<IconWorldUpload size={18} />} onClick={() => publish.mutate()}>
              {t("lessons.publishNow")}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconCalendarClock size={18} />} onClick={schedule.open}>
            {t("lessons.schedule")}
          </Menu.Item>
          {lesson.publication !== "draft" && (
            <Menu.Item leftSection={<IconEyeOff size={18} />} onClick={() => unpublish.mutate()}>
              {t("lessons.unpublish")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {scheduling && <Schedule lesson={lesson} onClose={schedule.close} />}
    </>
  );
}

function tomorrowMorning(): Date {
  const morning = new Date();
  morning.setDate(morning.getDate() + 1);
  morning.setHours(8, 0, 0, 0);
  return morning;
}

function Schedule({ lesson, onClose }: { lesson: Lesson; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [value, setValue] = useState(() =>
    toField(
      lesson.publication === "scheduled" && lesson.published_at ? lesson.published_at : tomorrowMorning(),
    ),
  );
  const chosen = new Date(value);
  const save = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/lessons/{lesson_id}/publish", {
          params: { path: { lesson_id: lesson.id } },
          body: { at: chosen.toISOString() },
        }),
      ),
    onSuccess: (changed) => {
      tell(t("lessons.scheduledNow", { when: moment(chosen.toISOString(), i18n.language) }));
      onClose();
      return lessonChanged(client, lesson.class_id, changed);
    },
  });
  const past = save.error instanceof Problem && save.error.fields.some(({ field }) => field === "at");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Modal opened onClose={onClose} title={t("lessons.schedule")} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!Number.isNaN(chosen.getTime())) save.mutate();
        }}
      >
        <Stack>
          <FormProblem words={save.error && !past ? t(wordsFor(save.error)) : null} />
          <TextInput
            data-autofocus
            type="datetime-local"
            size="md"
            label={t("lessons.from")}
            description={t("lessons.zone", { zone })}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
            error={past ? t("lessons.pastMoment") : undefined}
          />
          <Text size="sm" c="dimmed">
            {t("lessons.scheduleAbout")}
          </Text>
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" onClick={onClose}>
              {t("actions.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t("lessons.scheduleSubmit")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
