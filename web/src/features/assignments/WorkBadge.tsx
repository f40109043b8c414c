import { Badge, Group } from "@mantine/core";
import { IconCheck, IconClock, IconPencil, IconSend } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { WorkState } from "./queries.ts";
import { lateBy } from "./words.ts";

const LOOKS = {
  none: { color: "gray", icon: null },
  working: { color: "gray", icon: IconPencil },
  handed_in: { color: "blue", icon: IconSend },
  returned: { color: "pine", icon: IconCheck },
} as const;

/** How far a piece of work has come, and whether it was late: in words, with a sign. */
export function WorkBadge({ state, lateSeconds = 0 }: { state: WorkState; lateSeconds?: number }) {
  const { t, i18n } = useTranslation();
  const { color, icon: Icon } = LOOKS[state];
  return (
    <Group gap={6}>
      <Badge
        variant={state === "none" ? "outline" : "light"}
        color={color}
        leftSection={Icon && <Icon size={14} aria-hidden />}
        miw="max-content"
        data-work={state}
      >
        {t(`assignments.state.${state}`)}
      </Badge>
      {lateSeconds > 0 && (
        <Badge
          variant="default"
          leftSection={<IconClock size={14} aria-hidden />}
          miw="max-content"
          title={t("assignments.lateBy", { time: lateBy(lateSeconds, i18n.language) })}
        >
          {t("assignments.late")}
        </Badge>
      )}
    </Group>
  );
}
