import { Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconAward, IconCalendarDue, IconRepeat } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LinkedText } from "@/components/LinkedText.tsx";
import { moment } from "@/components/time.ts";
import styles from "./assignments.module.css";
import type { Assignment } from "./queries.ts";
import { dueWords, number } from "./words.ts";

/** What is to be done, until when, and what it is worth. */
export function Task({ assignment }: { assignment: Assignment }) {
  const { t, i18n } = useTranslation();
  const { late, rubric, scale } = assignment;
  const language = i18n.language;
  return (
    <Stack gap="md" component="section" aria-label={t("assignments.task")}>
      <Stack gap={6}>
        <Fact icon={<IconCalendarDue size={18} aria-hidden />}>
          {dueWords(t, assignment.due_at, language)}
          {assignment.extended && ` · ${t("assignments.extended")}`}
          {assignment.cutoff_at &&
            assignment.cutoff_at !== assignment.due_at &&
            ` · ${t("assignments.cutoff", { when: moment(assignment.cutoff_at, language) })}`}
        </Fact>
        {assignment.points_max != null && (
          <Fact icon={<IconAward size={18} aria-hidden />}>
            {t("assignments.points", {
              count: assignment.points_max,
              number: number(assignment.points_max, language),
            })}
            {late &&
              late.percent > 0 &&
              ` · ${t(`assignments.latePolicy.${late.per ?? "day"}`, {
                percent: number(late.percent, language),
                most: number(late.most_percent ?? 100, language),
              })}`}
          </Fact>
        )}
        {assignment.attempts_max !== 1 && (
          <Fact icon={<IconRepeat size={18} aria-hidden />}>
            {assignment.attempts_max == null
              ? t("assignments.anyAttempts")
              : t("assignments.attempts", { count: assignment.attempts_max })}
          </Fact>
        )}
      </Stack>
      {assignment.instructions ? (
        <Text className={styles["text"]} dir="auto">
          <LinkedText>{assignment.instructions}</LinkedText>
        </Text>
      ) : (
        <Text c="dimmed">{t("assignments.noInstructions")}</Text>
      )}
      {scale && (
        <Text size="sm" c="dimmed">
          {t("assignments.scaleIs", {
            steps: scale.map((mark) => `${mark.title} (${number(mark.points, language)})`).join(", "),
          })}
        </Text>
      )}
      {rubric && (
        <div>
          <Title order={3} size="h5" mb={4}>
            {t("assignments.rubric")}
          </Title>
          <Table.ScrollContainer minWidth={320}>
            <Table verticalSpacing={6} fz="sm">
              <Table.Tbody>
                {rubric.map((criterion) => (
                  <Table.Tr key={criterion.id}>
                    <Table.Th scope="row" fw={600}>
                      {criterion.title}
                    </Table.Th>
                    {criterion.levels.map((level) => (
                      <Table.Td key={level.id}>
                        {level.title} <Text span c="dimmed">{`(${number(level.points, language)})`}</Text>
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </div>
      )}
    </Stack>
  );
}

function Fact({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      <span style={{ flex: "none", lineHeight: 1.6 }}>{icon}</span>
      <Text size="sm">{children}</Text>
    </Group>
  );
}
