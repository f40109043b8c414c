import { IconAlarm } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/serverClock.ts";
import styles from "./Classroom.module.css";
import { countdown, secondsLeft } from "./core/clock.ts";

/** The rest of the timer, seen by everybody; its end stays to be read until the teacher takes it away. */
export function TimerChip({ endsAt }: { endsAt: number }) {
  // A timer that is set anew begins to run again.
  return <Running key={endsAt} endsAt={endsAt} />;
}

function Running({ endsAt }: { endsAt: number }) {
  const { t } = useTranslation();
  const [now, setNow] = useState(serverNow);
  const left = secondsLeft(endsAt, now);
  const over = left === 0;
  useEffect(() => {
    if (over) return;
    const timer = setInterval(() => setNow(serverNow()), 250);
    return () => clearInterval(timer);
  }, [endsAt, over]);
  return (
    <span className={styles["chip"]} data-urgent={left <= 10} role="timer" aria-label={t("live.timer")}>
      <IconAlarm size={18} aria-hidden />
      <span className={styles["digits"]}>{over ? t("live.timeIsUp") : countdown(left)}</span>
    </span>
  );
}
