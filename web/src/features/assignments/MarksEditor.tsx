import { ActionIcon, Button, Card, Group, NumberInput, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Criterion, Mark } from "./queries.ts";

const MARKS_MAX = 20;

/** An id for a step or a criterion: it only has to differ from the others of its assignment. */
const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(36)).join("");

export const emptyMark = (points = 0): Mark => ({ id: newId(), title: "", points });
export const emptyCriterion = (): Criterion => ({
  id: newId(),
  title: "",
  levels: [emptyMark(2), emptyMark(1), emptyMark(0)],
});

/** The steps of a scale, or the levels of a criterion: a name and points for each. */
export function MarksEditor(props: {
  label: string;
  marks: readonly Mark[];
  onChange: (marks: Mark[]) => void;
}) {
  const { t } = useTranslation();
  const change = (index: number, values: Partial<Mark>) =>
    props.onChange(props.marks.map((mark, at) => (at === index ? { ...mark, ...values } : mark)));
  return (
    <Stack gap={6} role="group" aria-label={props.label}>
      {props.marks.map((mark, index) => (
        <Group key={mark.id} gap={6} wrap="nowrap" align="flex-start">
          <TextInput
            aria-label={t("assignments.stepName", { number: index + 1 })}
            placeholder={t("assignments.stepExample")}
            maxLength={200}
            style={{ flex: 1 }}
            value={mark.title}
            onChange={(event) => change(index, { title: event.currentTarget.value })}
          />
          <NumberInput
            aria-label={t("assignments.stepPoints", { number: index + 1 })}
            min={0}
            decimalScale={2}
            w={92}
            value={mark.points}
            onChange={(points) => change(index, { points: Number(points) })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={t("assignments.removeStep", { number: index + 1 })}
            disabled={props.marks.length <= 1}
            onClick={() => props.onChange(props.marks.filter((_, at) => at !== index))}
          >
            <IconTrash size={18} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          variant="subtle"
          size="compact-md"
          leftSection={<IconPlus size={16} />}
          disabled={props.marks.length >= MARKS_MAX}
          onClick={() => props.onChange([...props.marks, emptyMark()])}
        >
          {t("assignments.addStep")}
        </Button>
      </Group>
    </Stack>
  );
}

/** A rubric: what one looks at, and the levels it can reach. */
export function CriteriaEditor(props: {
  criteria: readonly Criterion[];
  onChange: (criteria: Criterion[]) => void;
}) {
  const { t } = useTranslation();
  const change = (index: number, values: Partial<Criterion>) =>
    props.onChange(props.criteria.map((each, at) => (at === index ? { ...each, ...values } : each)));
  return (
    <Stack gap="sm" role="group" aria-label={t("assignments.rubric")}>
      {props.criteria.map((criterion, index) => (
        <Card key={criterion.id} withBorder radius="md" padding="sm">
          <Group gap={6} wrap="nowrap" mb={8}>
            <TextInput
              aria-label={t("assignments.criterionName", { number: index + 1 })}
              placeholder={t("assignments.criterionExample")}
              maxLength={200}
              style={{ flex: 1 }}
              value={criterion.title}
              onChange={(event) => change(index, { title: event.currentTarget.value })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={t("assignments.removeCriterion", { number: index + 1 })}
              disabled={props.criteria.length <= 1}
              onClick={() => props.onChange(props.criteria.filter((_, at) => at !== index))}
            >
              <IconTrash size={18} />
            </ActionIcon>
          </Group>
          <MarksEditor
            label={t("assignments.levelsOf", { title: criterion.title })}
            marks={criterion.levels}
            onChange={(levels) => change(index, { levels })}
          />
        </Card>
      ))}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          disabled={props.criteria.length >= 30}
          onClick={() => props.onChange([...props.criteria, emptyCriterion()])}
        >
          {t("assignments.addCriterion")}
        </Button>
      </Group>
    </Stack>
  );
}
