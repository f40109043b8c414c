import { VisuallyHidden } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/serverClock.ts";
import type { Me } from "@/api/types.ts";
import { secondsLeft } from "./core/clock.ts";
import type { Hand } from "./core/stage.ts";

/** Say new hands: to teachers by name, to everybody else only how far the own one has come. */
export function HandsAloud({ hands, me, teaches }: { hands: readonly Hand[]; me: Me; teaches: boolean }) {
  const { t } = useTranslation();
  const last = hands[hands.length - 1];
  const own = hands.findIndex(({ userId }) => userId === me.id);
  const words = teaches
    ? last && t("live.handAloud", { name: last.name, count: hands.length })
    : own >= 0 && t("live.ownHandAloud", { place: own + 1 });
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {words}
    </VisuallyHidden>
  );
}

/** Seconds before the end of a timer at which it is said how much is left. */
const SAID_AT = [60, 10, 0] as const;

/** Say the timer at its start, shortly before its end, and at its end; not every second. */
export function TimerAloud({ endsAt }: { endsAt: number | null }) {
  const { t } = useTranslation();
  const [said, setSaid] = useState<{ readonly endsAt: number; readonly left: number } | null>(null);
  useEffect(() => {
    if (endsAt === null) return;
    const say = (left: number) => setSaid({ endsAt, left });
    const timers = [
      setTimeout(() => say(secondsLeft(endsAt, serverNow())), 0),
      ...SAID_AT.map((left) => [left, endsAt - left * 1000 - serverNow()] as const)
        .filter(([, wait]) => wait > 0)
        .map(([left, wait]) => setTimeout(() => say(left), wait)),
    ];
    return () => timers.forEach(clearTimeout);
  }, [endsAt]);
  const left = said !== null && said.endsAt === endsAt ? said.left : null;
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {left !== null &&
        (left === 0
          ? t("live.timerOver")
          : left >= 60
            ? t("live.timerMinutesAloud", { count: Math.round(left / 60) })
            : t("live.timerSecondsAloud", { count: left }))}
    </VisuallyHidden>
  );
}
