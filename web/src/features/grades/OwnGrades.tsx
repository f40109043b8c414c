import { Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconAward } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState.tsx";
import type { Gradebook, GradeItem } from "./queries.ts";
import { number, percent, stepFor } from "./words.ts";

/** One's own grades, with what each part weighs. */
export function OwnGrades({ book }: { book: Gradebook }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const own = book.students[0];
  if (!own || book.items.length === 0) {
    return (
      <EmptyState icon={<IconAward size={28} />} title={t("grades.noneYet")}>
        {t("grades.noneYetStudent")}
      </EmptyState>
    );
  }
  const grades = new Map(own.grades.map((grade) => [grade.item_id, grade]));
  const whole = book.categories.reduce((sum, category) => sum + category.weight, 0);
  const groups: { title: string | null; detail: string | null; items: GradeItem[] }[] =
    book.categories.length === 0
      ? [{ title: null, detail: null, items: book.items }]
      : [
          ...book.categories.map((category) => {
            const reached = own.categories.find(({ category_id }) => category_id === category.id);
            return {
              title: category.title,
              detail: [
                t("grades.weighs", {
                  percent: percent(whole ? (category.weight / whole) * 100 : 0, language),
                }),
                category.drop_lowest > 0 ? t("grades.drops", { count: category.drop_lowest }) : null,
                reached ? t("grades.reached", { percent: percent(reached.percent, language) }) : null,
              ]
                .filter(Boolean)
                .join(" · "),
              items: book.items.filter((item) => item.category_id === category.id),
            };
          }),
          {
            title: t("grades.notCounted"),
            detail: null,
            items: book.items.filter((item) => item.category_id == null),
          },
        ].filter(({ items }) => items.length > 0);
  return (
    <Stack gap="xl" maw={760}>
      <Group gap="sm" align="baseline">
        <Title order={2} size="h4">
          {t("grades.total")}
        </Title>
        <Text fw={700} size="xl">
          {percent(own.percent, language)}
        </Text>
        {own.letter && (
          <Text size="xl" fw={700}>
            {own.letter}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {t("grades.totalAbout")}
        </Text>
      </Group>
      {groups.map((group, at) => (
        <section key={at}>
          {group.title !== null && (
            <Title order={3} size="h5">
              {group.title}
            </Title>
          )}
          {group.detail && (
            <Text size="sm" c="dimmed">
              {group.detail}
            </Text>
          )}
          <Table.ScrollContainer minWidth={300}>
            <Table verticalSpacing="sm" mt={4}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t("grades.item")}</Table.Th>
                  <Table.Th scope="col" ta="end">
                    {t("grades.points")}
                  </Table.Th>
                  <Table.Th scope="col" ta="end">
                    {t("grades.share")}
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {group.items.map((item) => {
                  const grade = grades.get(item.id);
                  return (
                    <Table.Tr key={item.id}>
                      <Table.Th scope="row" fw={500}>
                        {item.assignment_id ? (
                          <Link
                            to="/assignments/$assignmentId"
                            params={{ assignmentId: item.assignment_id }}
                            search={{}}
                          >
                            {item.title}
                          </Link>
                        ) : (
                          item.title
                        )}
                      </Table.Th>
                      <Table.Td ta="end">
                        {grade?.excused
                          ? t("grades.excused")
                          : grade?.points == null
                            ? t(item.hidden ? "grades.notShown" : "grades.notGraded")
                            : [
                                stepFor(item, grade.points),
                                t("grades.of", {
                                  points: number(grade.points, language),
                                  max: number(item.points_max, language),
                                }),
                              ]
                                .filter(Boolean)
                                .join(" · ")}
                      </Table.Td>
                      <Table.Td ta="end">
                        {grade?.dropped ? t("grades.dropped") : percent(grade?.share, language)}
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </section>
      ))}
    </Stack>
  );
}
