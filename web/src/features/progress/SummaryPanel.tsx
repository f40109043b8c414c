import { Modal, Stack, Table, Text, Title, useComputedColorScheme } from "@mantine/core";
import { useReducedMotion } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { useServices } from "@/api/services.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { STATES } from "./core/board.ts";
import { summaryQuery, type Summary } from "./queries.ts";
import classes from "./SummaryPanel.module.css";
import { scoreWords } from "./words.ts";

/** Told apart with any kind of colour blindness; the table beside the chart says the same in figures. */
const FILLS = {
  light: {
    graded: "#0d5d55",
    handed_in: "#7a5bd6",
    working: "#d98c00",
    opened: "#63a9e0",
    stuck: "#c92a2a",
    none: "#c3c9cf",
  },
  dark: {
    graded: "#3fb3a3",
    handed_in: "#a58bf0",
    working: "#e0a030",
    opened: "#6fb4ea",
    stuck: "#f06a6a",
    none: "#5a6068",
  },
} as const;

const STACKED = ["graded", "handed_in", "working", "opened", "stuck", "none"] as const;
const BAR_PIXELS = 34;
const FRAME_PIXELS = 90;

/** The class in figures: a chart, and the same as a table. */
export default function SummaryPanel(props: { classId: string; title: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const summary = useQuery(summaryQuery(api, props.classId));
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("progress.summaryTitle", { title: props.title })}
      size="xl"
    >
      {summary.isPending && <RowsLoading rows={4} />}
      {summary.error && <ErrorState error={summary.error} retry={() => void summary.refetch()} />}
      {summary.data && (
        <Stack gap="lg">
          <ActivityChart activities={summary.data.activities} />
          <ActivityTable activities={summary.data.activities} />
          <StudentTable students={summary.data.students} />
        </Stack>
      )}
    </Modal>
  );
}

function ActivityChart({ activities }: { activities: Summary["activities"] }) {
  const { t } = useTranslation();
  const still = useReducedMotion();
  const fills = FILLS[useComputedColorScheme("light")];
  return (
    <div
      aria-hidden
      className={classes["chart"]}
      style={{ width: "100%", height: activities.length * BAR_PIXELS + FRAME_PIXELS }}
    >
      <ResponsiveContainer>
        <BarChart
          data={activities}
          layout="vertical"
          accessibilityLayer={false}
          margin={{ left: 8, right: 16 }}
        >
          <CartesianGrid horizontal={false} stroke="var(--mantine-color-default-border)" />
          <XAxis type="number" allowDecimals={false} stroke="var(--mantine-color-dimmed)" />
          <YAxis
            type="category"
            dataKey="title"
            width={130}
            stroke="var(--mantine-color-dimmed)"
            tickFormatter={(title: string) => (title.length > 18 ? `${title.slice(0, 17)}…` : title)}
          />
          <Tooltip
            cursor={{ fill: "var(--mantine-color-default-hover)" }}
            itemStyle={{ color: "var(--mantine-color-text)" }}
            contentStyle={{
              background: "var(--mantine-color-body)",
              borderColor: "var(--mantine-color-default-border)",
              borderRadius: "var(--mantine-radius-md)",
            }}
          />
          <Legend
            itemSorter={null}
            formatter={(words: string) => <span className={classes["legend"]}>{words}</span>}
          />
          {STACKED.map((state) => (
            <Bar
              key={state}
              dataKey={state}
              name={t(`progress.states.${state}`)}
              stackId="class"
              fill={fills[state]}
              isAnimationActive={!still}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

function ActivityTable({ activities }: { activities: Summary["activities"] }) {
  const { t, i18n } = useTranslation();
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        {t("progress.byActivity")}
      </Title>
      <div className={classes["table"]} tabIndex={0} aria-label={t("progress.byActivity")} role="region">
        <Table withRowBorders>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("progress.activity")}</Table.Th>
              {STATES.map((state) => (
                <Table.Th key={state}>{t(`progress.states.${state}`)}</Table.Th>
              ))}
              <Table.Th>{t("progress.overdue")}</Table.Th>
              <Table.Th>{t("progress.meanScore")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {activities.map((activity) => (
              <Table.Tr key={activity.column_id}>
                <Table.Th scope="row">{activity.title}</Table.Th>
                {STATES.map((state) => (
                  <Table.Td key={state}>{activity[state]}</Table.Td>
                ))}
                <Table.Td>{activity.overdue}</Table.Td>
                <Table.Td>
                  {activity.mean_score === null ? "–" : scoreWords(activity.mean_score, i18n.language)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

function StudentTable({ students }: { students: Summary["students"] }) {
  const { t, i18n } = useTranslation();
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        {t("progress.byStudent")}
      </Title>
      <div className={classes["table"]} tabIndex={0} aria-label={t("progress.byStudent")} role="region">
        <Table withRowBorders>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("progress.student")}</Table.Th>
              <Table.Th>{t("progress.done")}</Table.Th>
              <Table.Th>{t("progress.begun")}</Table.Th>
              <Table.Th>{t("progress.states.stuck")}</Table.Th>
              <Table.Th>{t("progress.overdue")}</Table.Th>
              <Table.Th>{t("progress.meanScore")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {students.map((student) => (
              <Table.Tr key={student.user_id}>
                <Table.Th scope="row">
                  <Text component="bdi" inherit>
                    {student.name}
                  </Text>
                </Table.Th>
                <Table.Td>{student.done}</Table.Td>
                <Table.Td>{student.begun}</Table.Td>
                <Table.Td>{student.stuck}</Table.Td>
                <Table.Td>{student.overdue}</Table.Td>
                <Table.Td>
                  {student.mean_score === null ? "–" : scoreWords(student.mean_score, i18n.language)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
