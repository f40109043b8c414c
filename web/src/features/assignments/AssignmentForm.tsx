import {
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { fromTouchedField, LATEST_FIELD, toField } from "@/components/timeField.ts";
import { CriteriaEditor, emptyCriterion, emptyMark, MarksEditor } from "./MarksEditor.tsx";
import { workChanged, type Assignment, type Criterion, type Mark } from "./queries.ts";

const KINDS = ["text", "files", "document"] as const;
const GRADINGS = ["points", "scale", "rubric", "none"] as const;
const PENALTIES = ["none", "once", "hour", "day"] as const;
const FIELDS = ["title", "instructions", "due_at", "cutoff_at", "points_max", "percent", "attempts_max"];

type Grading = (typeof GRADINGS)[number];

interface Values {
  title: string;
  instructions: string;
  answers: string[];
  due: string;
  cutoff: string;
  grading: Grading;
  points: number | string;
  scale: Mark[];
  rubric: Criterion[];
  attempts: number | string;
  penalty: (typeof PENALTIES)[number];
  percent: number | string;
  most: number | string;
}

/** All that is set with an assignment. What is changed of a published one is seen at once. */
export function AssignmentForm({ assignment, onClose }: { assignment: Assignment; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const form = useForm<Values>({
    initialValues: valuesOf(assignment),
    validate: {
      title: (value) => (value.trim() ? null : t("fields.required")),
      cutoff: (value, { due }) => (value && due && value < due ? t("assignments.cutoffBeforeDue") : null),
      points: (value, { grading }) =>
        grading !== "points" || Number(value) > 0 ? null : t("assignments.pointsNeeded"),
      scale: (value, { grading }) =>
        grading !== "scale" || (value.length > 1 && value.every(({ title }) => title.trim()))
          ? null
          : t("assignments.scaleNeeded"),
      rubric: (value, { grading }) =>
        grading !== "rubric" ||
        (value.length > 0 &&
          value.every(({ title, levels }) => title.trim() && levels.every((level) => level.title.trim())))
          ? null
          : t("assignments.rubricNeeded"),
    },
  });
  const save = useMutation({
    mutationFn: (values: Values) =>
      api.PATCH("/api/assignments/{assignment_id}", {
        params: { path: { assignment_id: assignment.id } },
        body: bodyOf(values, assignment),
      }),
    onSuccess: async () => {
      await workChanged(client, { assignmentId: assignment.id, classId: assignment.class_id });
      onClose();
    },
  });
  const problems = save.error ? formProblems(save.error, FIELDS, t) : null;
  const { values } = form;
  const at = (field: string, own: string) => form.errors[own] ?? problems?.fields[field];
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("assignments.edit")}
      size="xl"
      centered
      closeOnClickOutside={false}
    >
      <form onSubmit={form.onSubmit((ready) => save.mutate(ready))}>
        <Stack>
          <FormProblem words={problems?.form ?? null} />
          <TextInput
            label={t("assignments.title")}
            size="md"
            maxLength={200}
            autoComplete="off"
            data-autofocus
            {...form.getInputProps("title")}
            error={at("title", "title")}
          />
          <Textarea
            label={t("assignments.instructions")}
            autosize
            minRows={4}
            maxRows={14}
            dir="auto"
            {...form.getInputProps("instructions")}
            error={at("instructions", "instructions")}
          />
          <Checkbox.Group label={t("assignments.takes")} {...form.getInputProps("answers")}>
            <Group mt={6}>
              {KINDS.map((kind) => (
                <Checkbox key={kind} value={kind} label={t(`assignments.kind.${kind}`)} py={6} />
              ))}
            </Group>
          </Checkbox.Group>
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <TextInput
              type="datetime-local"
              max={LATEST_FIELD}
              label={t("assignments.dueAt")}
              {...form.getInputProps("due")}
              error={at("due_at", "due")}
            />
            <TextInput
              type="datetime-local"
              max={LATEST_FIELD}
              label={t("assignments.cutoffAt")}
              description={t("assignments.cutoffAbout")}
              inputWrapperOrder={["label", "input", "description", "error"]}
              {...form.getInputProps("cutoff")}
              error={at("cutoff_at", "cutoff")}
            />
            <NumberInput
              label={t("assignments.attemptsMax")}
              description={t("assignments.attemptsAbout")}
              inputWrapperOrder={["label", "input", "description", "error"]}
              min={1}
              max={100}
              allowDecimal={false}
              {...form.getInputProps("attempts")}
              error={at("attempts_max", "attempts")}
            />
          </Group>
          <div>
            <Text size="sm" fw={500} mb={4} id="grading-label">
              {t("assignments.grading")}
            </Text>
            <SegmentedControl
              aria-labelledby="grading-label"
              data={GRADINGS.map((each) => ({ value: each, label: t(`assignments.gradings.${each}`) }))}
              {...form.getInputProps("grading")}
            />
          </div>
          {values.grading === "points" && (
            <NumberInput
              label={t("assignments.pointsMax")}
              min={0}
              decimalScale={2}
              maw={200}
              {...form.getInputProps("points")}
              error={at("points_max", "points")}
            />
          )}
          {values.grading === "scale" && (
            <MarksEditor
              label={t("assignments.scale")}
              marks={values.scale}
              onChange={(scale) => form.setFieldValue("scale", scale)}
            />
          )}
          {values.grading === "rubric" && (
            <CriteriaEditor
              criteria={values.rubric}
              onChange={(rubric) => form.setFieldValue("rubric", rubric)}
            />
          )}
          {(form.errors["scale"] ?? form.errors["rubric"]) && (
            <Text size="sm" c="var(--mantine-color-error)" role="alert">
              {form.errors["scale"] ?? form.errors["rubric"]}
            </Text>
          )}
          {values.grading !== "none" && (
            <Group grow align="flex-start" preventGrowOverflow={false}>
              <Select
                label={t("assignments.penalty")}
                data={PENALTIES.map((each) => ({ value: each, label: t(`assignments.penalties.${each}`) }))}
                allowDeselect={false}
                {...form.getInputProps("penalty")}
              />
              {values.penalty !== "none" && (
                <NumberInput
                  label={t("assignments.percent")}
                  suffix="%"
                  min={0}
                  max={100}
                  decimalScale={2}
                  {...form.getInputProps("percent")}
                />
              )}
              {(values.penalty === "hour" || values.penalty === "day") && (
                <NumberInput
                  label={t("assignments.most")}
                  suffix="%"
                  min={0}
                  max={100}
                  decimalScale={2}
                  {...form.getInputProps("most")}
                />
              )}
            </Group>
          )}
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" h={44} onClick={onClose}>
              {t("actions.cancel")}
            </Button>
            <Button type="submit" h={44} loading={save.isPending}>
              {t("actions.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function valuesOf(assignment: Assignment): Values {
  const { late, rubric, scale } = assignment;
  return {
    title: assignment.title,
    instructions: assignment.instructions,
    answers: [...assignment.answers],
    due: toField(assignment.due_at),
    cutoff: toField(assignment.cutoff_at),
    grading: rubric ? "rubric" : scale ? "scale" : assignment.points_max == null ? "none" : "points",
    points: assignment.points_max ?? 10,
    scale: scale ?? [emptyMark(2), emptyMark(1)],
    rubric: rubric ?? [emptyCriterion()],
    attempts: assignment.attempts_max ?? "",
    penalty: late && late.percent > 0 ? (late.per ?? "day") : "none",
    percent: late?.percent ?? 10,
    most: late?.most_percent ?? 100,
  };
}

function bodyOf(values: Values, before: Assignment) {
  const { grading } = values;
  const due_at = fromTouchedField(values.due, before.due_at);
  const cutoff_at = fromTouchedField(values.cutoff, before.cutoff_at);
  const moved = due_at !== (before.due_at ?? null) || cutoff_at !== (before.cutoff_at ?? null);
  return {
    title: values.title.trim(),
    instructions: values.instructions,
    answers: values.answers as Assignment["answers"],
    due_at,
    cutoff_at,
    // Days late are counted where the date was set, not where somebody mends a word later.
    time_zone: moved ? Intl.DateTimeFormat().resolvedOptions().timeZone : before.time_zone,
    attempts_max: values.attempts === "" ? null : Number(values.attempts),
    points_max: grading === "points" ? Number(values.points) : null,
    scale: grading === "scale" ? values.scale : null,
    rubric: grading === "rubric" ? values.rubric : null,
    late:
      grading === "none" || values.penalty === "none"
        ? null
        : { percent: Number(values.percent), per: values.penalty, most_percent: Number(values.most) },
  };
}
