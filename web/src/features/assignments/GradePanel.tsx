import {
  Alert,
  Button,
  Card,
  Group,
  NumberInput,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  Textarea,
  Title,
} from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconUsers } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { Problem } from "@/api/problem.ts";
import { useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { Drafts } from "@/collab/drafts.ts";
import { FileField } from "@/components/files/FileField.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { tell } from "@/components/toast.tsx";
import styles from "./assignments.module.css";
import {
  gradingOf,
  latePenalty,
  readGrading,
  saidIn,
  saidPenalty,
  sameGrading,
  type Grading,
} from "./core/grading.ts";
import { submissionQuery, workChanged, type Assignment, type Submission } from "./queries.ts";
import { number, workProblem } from "./words.ts";

/** What is said of work and not yet kept: it outlives the page, for this person alone. */
const drafts = new Drafts(sessionStorage);

/** What somebody else has said meanwhile. */
interface Theirs {
  readonly points: number | null;
  readonly raw_points?: number | null;
  readonly excused: boolean;
  readonly feedback?: string;
  readonly rubric?: Record<string, string>;
  readonly version: number;
  readonly graded_by: string | null;
}

/** Points, levels, words; keep them, or give the work back. `Ctrl Enter` gives it back and goes on. */
export function GradePanel(props: { assignment: Assignment; submission: Submission; onNext: () => void }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { assignment, submission } = props;
  const language = i18n.language;
  const rubric = assignment.rubric ?? [];
  const draft = `${useMe().data?.id ?? ""}.grading:${submission.id}`;
  const [kept, setKept] = useState(() => gradingOf(submission));
  const [grading, setGrading] = useState(() => readGrading(drafts.kept(draft)) ?? kept);
  const change = (said: Partial<Grading>) => setGrading((before) => ({ ...before, ...said }));
  const { points, levels, feedback, files, excused, waived } = grading;
  const unkept = !sameGrading(grading, kept);
  useEffect(() => drafts.set(draft, unkept ? grading : null), [draft, unkept, grading]);
  const [theirs, setTheirs] = useState<Theirs | null>(null);
  const [uploading, setUploading] = useState(false);

  const choose = (criterion: string, level: string) => {
    const chosen = { ...levels, [criterion]: level };
    const found = rubric.flatMap(({ id, levels: each }) => each.filter((mark) => mark.id === chosen[id]));
    change({
      levels: chosen,
      points: found.length === rubric.length ? found.reduce((sum, mark) => sum + mark.points, 0) : "",
    });
  };
  const save = useMutation({
    mutationFn: ({ said, giveBack }: { said: Grading; giveBack: boolean }) =>
      body(
        api.PUT("/api/submissions/{submission_id}/grade", {
          params: { path: { submission_id: submission.id } },
          body: {
            version: said.version,
            points: said.excused || said.points === "" ? null : Number(said.points),
            excused: said.excused,
            penalty_percent: saidPenalty(said, kept, submission),
            rubric: said.levels,
            feedback: said.feedback,
            file_ids: said.files.map(({ id }) => id),
            give_back: giveBack,
          },
        }),
      ),
    onSuccess: (done, { said, giveBack }) => {
      client.setQueryData(submissionQuery(api, done.id).queryKey, done);
      // What was typed while it was sent is not kept yet.
      setKept(said);
      change({ version: done.version });
      setTheirs(null);
      tell(t(giveBack ? "assignments.givenBack" : "assignments.gradeKept", { name: submission.user.name }));
    },
    onError: (error) => {
      const conflict = error instanceof Problem ? error.conflicts[0] : undefined;
      if (conflict) setTheirs(conflict["current"] as Theirs);
    },
    onSettled: () => workChanged(client, { assignmentId: assignment.id, classId: assignment.class_id }),
  });
  const giveBackAndGoOn = () => {
    if (!uploading && !save.isPending) {
      save.mutate({ said: grading, giveBack: true }, { onSuccess: props.onNext });
    }
  };
  useHotkeys([["mod+Enter", giveBackAndGoOn]], []);
  const takeTheirs = () => {
    if (!theirs) return;
    const said = saidIn(theirs);
    // They have kept it.
    setKept((before) => ({ ...before, ...said }));
    change({ ...said, version: theirs.version });
    setTheirs(null);
    save.reset();
  };
  const late = latePenalty(submission);
  const penalty = waived ? 0 : late;
  const final = points === "" ? null : (Number(points) * (100 - penalty)) / 100;
  const graded = assignment.points_max != null;
  return (
    <Card
      component="form"
      radius="lg"
      padding="lg"
      aria-label={t("assignments.gradeForm")}
      bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-6))"
      onSubmit={(event) => {
        event.preventDefault();
        giveBackAndGoOn();
      }}
    >
      <Stack gap="md">
        <Title order={2} size="h4">
          {t("assignments.grade")}
        </Title>
        {theirs ? (
          <Alert color="orange" variant="light" icon={<IconUsers size={20} />} role="alert">
            <Text size="sm">
              {t("assignments.conflict", {
                name: theirs.graded_by ?? t("assignments.somebody"),
                points: theirs.excused
                  ? t("assignments.excused")
                  : theirs.points == null
                    ? t("assignments.noPoints")
                    : number(theirs.points, language),
              })}
            </Text>
            {theirs.feedback && (
              <Text size="sm" className={styles["text"]} mt={4} dir="auto">
                {theirs.feedback}
              </Text>
            )}
            <Group gap="xs" mt="xs">
              <Button size="compact-md" variant="default" onClick={takeTheirs}>
                {t("assignments.takeTheirs")}
              </Button>
              <Button
                size="compact-md"
                variant="default"
                onClick={() => {
                  change({ version: theirs.version });
                  setTheirs(null);
                  save.reset();
                }}
              >
                {t("assignments.keepMine")}
              </Button>
            </Group>
          </Alert>
        ) : (
          <FormProblem words={save.error ? t(workProblem(save.error)) : null} />
        )}
        {rubric.map((criterion) => (
          <div key={criterion.id} role="group" aria-label={criterion.title}>
            <Text size="sm" fw={600} mb={4}>
              {criterion.title}
            </Text>
            <Group gap={6}>
              {criterion.levels.map((level) => {
                const chosen = levels[criterion.id] === level.id;
                return (
                  <Button
                    key={level.id}
                    className={styles["level"]}
                    variant={chosen ? "filled" : "default"}
                    aria-pressed={chosen}
                    onClick={() => choose(criterion.id, level.id)}
                    styles={{ label: { whiteSpace: "normal" } }}
                  >
                    {`${level.title} (${number(level.points, language)})`}
                  </Button>
                );
              })}
            </Group>
          </div>
        ))}
        {assignment.scale && (
          <SegmentedControl
            orientation="vertical"
            aria-label={t("assignments.scale")}
            data={assignment.scale.map((mark) => ({ value: String(mark.points), label: mark.title }))}
            value={points === "" ? "" : String(points)}
            onChange={(value) => change({ points: Number(value) })}
            disabled={excused}
          />
        )}
        {graded && !assignment.scale && (
          <NumberInput
            label={t("assignments.pointsOf", { max: number(assignment.points_max ?? 0, language) })}
            value={excused ? "" : points}
            onChange={(value) => change({ points: value })}
            min={0}
            decimalScale={2}
            size="md"
            disabled={excused}
            data-autofocus
          />
        )}
        {graded && late > 0 && !excused && (
          <Stack gap={6}>
            <Switch
              label={t("assignments.waive", { percent: number(late, language) })}
              checked={waived}
              onChange={(event) => change({ waived: event.currentTarget.checked })}
            />
            {final !== null && !waived && (
              <Text size="sm" c="dimmed">
                {t("assignments.afterPenalty", { points: number(final, language) })}
              </Text>
            )}
          </Stack>
        )}
        {graded && (
          <Switch
            label={t("assignments.excuse")}
            checked={excused}
            onChange={(event) => change({ excused: event.currentTarget.checked })}
          />
        )}
        <Textarea
          label={t("assignments.feedback")}
          value={feedback}
          onChange={(event) => change({ feedback: event.currentTarget.value })}
          maxLength={20_000}
          autosize
          minRows={4}
          maxRows={16}
          dir="auto"
        />
        <FileField
          label={t("assignments.feedbackFiles")}
          files={files}
          onChange={(wanted) => change({ files: wanted })}
          onUploading={setUploading}
          most={20}
        />
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            h={44}
            loading={save.isPending}
            disabled={uploading}
            onClick={() => save.mutate({ said: grading, giveBack: false })}
          >
            {t("assignments.keepGrade")}
          </Button>
          <Button type="submit" h={44} loading={save.isPending} disabled={uploading}>
            {t("assignments.giveBack")}
          </Button>
        </Group>
        {unkept && !save.isPending && (
          <Text size="sm" ta="end" role="status">
            {t("assignments.gradeUnkept")}
          </Text>
        )}
        <Text size="xs" c="dimmed" ta="end">
          {t(uploading ? "assignments.waitUploaded" : "assignments.keys")}
        </Text>
      </Stack>
    </Card>
  );
}
