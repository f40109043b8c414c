import { Button, Menu } from "@mantine/core";
import { IconAlarm, IconAlarmOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { StageState } from "./core/stage.ts";
import type { StageActions } from "./useStageActions.ts";

const MINUTES = [1, 2, 3, 5, 10, 15, 20] as const;

/** The entries that set a timer for all, or take it away. */
export function TimerEntries({ stage, actions }: { stage: StageState; actions: StageActions }) {
  const { t } = useTranslation();
  return (
    <>
      {MINUTES.map((minutes) => (
        <Menu.Item key={minutes} onClick={() => actions.change({ timer_seconds: minutes * 60 })}>
          {t("live.minutes", { count: minutes })}
        </Menu.Item>
      ))}
      {stage.timerEndsAt !== null && (
        <>
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconAlarmOff size={18} />}
            onClick={() => actions.change({ timer_seconds: null })}
          >
            {t("live.stopTimer")}
          </Menu.Item>
        </>
      )}
    </>
  );
}

export function TimerMenu(props: { stage: StageState; actions: StageActions }) {
  const { t } = useTranslation();
  return (
    <Menu position="top" width={200} shadow="md">
      <Menu.Target>
        <Button variant="subtle" color="gray" h={44} leftSection={<IconAlarm size={20} />}>
          {t("live.timer")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <TimerEntries {...props} />
      </Menu.Dropdown>
    </Menu>
  );
}
