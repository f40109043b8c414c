import { Badge, Card, Group, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { useClassNews, type NewsItem } from "@/components/classNews.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { ago } from "@/components/time.ts";
import styles from "./DocumentRow.module.css";
import { JoinCode } from "./JoinCode.tsx";

/** So many fit on a screen; everything is in its own tab. */
const MOST = 8;

/** What is new in a class, whatever it is: what waits for one first, then what came or changed last. */
export function OverviewTab({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const sources = useClassNews();
  const answers = useQueries({ queries: sources.map((source) => source.query(api, room)) });
  const pending = answers.some(({ isPending }) => isPending);
  const failed = answers.find(({ error }) => error);
  const news = answers.flatMap(({ data }): readonly NewsItem[] => data ?? []);
  const byTime = [...news].sort(
    (one, other) =>
      Number(other.waiting !== null) - Number(one.waiting !== null) ||
      Date.parse(other.at) - Date.parse(one.at),
  );
  const teaches = room.role === "teacher";
  return (
    <Stack gap="lg">
      {teaches && room.student_count === 0 && <JoinCode room={room} />}
      {pending && <RowsLoading rows={4} height={64} />}
      {!pending && failed && news.length === 0 && (
        <ErrorState error={failed.error} retry={() => answers.forEach((answer) => void answer.refetch())} />
      )}
      {!pending && !failed && news.length === 0 && (
        <EmptyState icon={<IconSparkles size={28} />} title={t("class.nothingNewTitle")}>
          {t(teaches ? "class.nothingNewTeacher" : "class.nothingNewStudent")}
        </EmptyState>
      )}
      {!pending && news.length > 0 && (
        <section>
          <Title order={2} size="h4" mb="sm">
            {t("class.news")}
          </Title>
          <Stack gap={8} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
            {byTime.slice(0, MOST).map((item) => (
              <NewsRow key={item.id} item={item} />
            ))}
          </Stack>
        </section>
      )}
    </Stack>
  );
}

function NewsRow({ item }: { item: NewsItem }) {
  const { t, i18n } = useTranslation();
  const Icon = item.icon;
  return (
    <Card component="li" radius="lg" padding="sm" className={styles["row"]}>
      <Group wrap="nowrap" gap="md">
        <ThemeIcon variant="light" size={40} radius="md" aria-hidden>
          <Icon size={22} />
        </ThemeIcon>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Title order={3} size="h5" lineClamp={1}>
            <Link {...item.link} className={styles["open"]}>
              {item.title}
            </Link>
          </Title>
          <Text size="sm" c="dimmed">
            {t(item.what)}
            {" · "}
            {ago(item.at, i18n.language)}
          </Text>
        </div>
        {item.waiting && (
          <Badge variant="light" miw="max-content">
            {t(`class.${item.waiting}`)}
          </Badge>
        )}
      </Group>
    </Card>
  );
}
