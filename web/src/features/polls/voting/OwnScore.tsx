import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { ballotQuery, pollQuery } from "../queries.ts";

/** The points of one's own vote. Mounted once the right answers are told: only then the server tells them. */
export function OwnScore({ pollId, round }: { pollId: string; round: number }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const points = useQuery(pollQuery(api, pollId)).data?.points;
  const score = useQuery(ballotQuery(api, pollId, round)).data?.score ?? null;
  if (points === undefined || score === null) return null;
  return (
    <Text fw={600} role="status">
      {t("polls.ownScore", {
        count: points,
        score: new Intl.NumberFormat(i18n.language).format(score),
      })}
    </Text>
  );
}
