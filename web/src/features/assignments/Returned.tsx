import { Card, Group, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FileList } from "@/components/files/FileList.tsx";
import { LinkedText } from "@/components/LinkedText.tsx";
import styles from "./assignments.module.css";
import type { Assignment, Submission } from "./queries.ts";
import { number } from "./words.ts";

/** What the teacher says of one's work. */
export function Returned({
  assignment,
  grade,
}: {
  assignment: Assignment;
  grade: NonNullable<Submission["grade"]>;
}) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const chosen = (assignment.rubric ?? []).flatMap((criterion) => {
    const level = criterion.levels.find(({ id }) => id === grade.rubric[criterion.id]);
    return level ? [{ criterion, level }] : [];
  });
  return (
    <Card
      component="section"
      radius="lg"
      padding="lg"
      aria-label={t("assignments.feedback")}
      bg="light-dark(var(--mantine-color-pine-0), var(--mantine-color-dark-6))"
    >
      <Stack gap="sm">
        <Group justify="space-between" align="baseline">
          <Title order={2} size="h4">
            {t("assignments.feedback")}
          </Title>
          {grade.excused ? (
            <Text fw={600}>{t("assignments.excused")}</Text>
          ) : (
            grade.points != null &&
            assignment.points_max != null && (
              <Text fw={700} size="lg">
                {grade.label && `${grade.label} · `}
                {t("assignments.of", {
                  points: number(grade.points, language),
                  max: number(assignment.points_max, language),
                })}
              </Text>
            )
          )}
        </Group>
        {grade.withheld && <Text size="sm">{t("assignments.withheld")}</Text>}
        {grade.raw_points != null && grade.points != null && grade.raw_points !== grade.points && (
          <Text size="sm">
            {t("assignments.takenOff", {
              raw: number(grade.raw_points, language),
              percent: number(grade.penalty_percent, language),
            })}
          </Text>
        )}
        {chosen.length > 0 && (
          <Stack gap={2} component="ul" m={0} ps="md">
            {chosen.map(({ criterion, level }) => (
              <Text component="li" size="sm" key={criterion.id}>
                {`${criterion.title}: ${level.title} (${number(level.points, language)})`}
              </Text>
            ))}
          </Stack>
        )}
        <FileList files={grade.files} />
        {grade.feedback ? (
          <Text className={styles["text"]} dir="auto">
            <LinkedText>{grade.feedback}</LinkedText>
          </Text>
        ) : (
          <Text c="dimmed">{t("assignments.noFeedback")}</Text>
        )}
      </Stack>
    </Card>
  );
}
