import { Badge, VisuallyHidden } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/serverClock.ts";

const TICK_MILLISECONDS = 250;
/** Told aloud only at these moments: a clock that is read every second drowns everything else. */
const TOLD_SECONDS = [60, 30, 10];

/** The rest of a poll's time, by the server's clock. */
export function Countdown({ closesAt }: { closesAt: number }) {
  const { t } = useTranslation();
  const [seconds, setSeconds] = useState(() => secondsUntil(closesAt));
  useEffect(() => {
    const show = () => setSeconds(secondsUntil(closesAt));
    show();
    const timer = setInterval(show, TICK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [closesAt]);
  const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const told = TOLD_SECONDS.find((each) => seconds <= each && seconds > each - 3);
  return (
    <>
      <Badge
        size="xl"
        variant={seconds <= 10 ? "filled" : "light"}
        color={seconds <= 10 ? "orange.9" : "pine"}
        leftSection={<IconClock size={16} aria-hidden />}
        style={{ fontVariantNumeric: "tabular-nums" }}
        role="timer"
        aria-label={t("polls.timeLeft", { time: shown })}
      >
        {shown}
      </Badge>
      <VisuallyHidden aria-live="polite">
        {told === undefined ? "" : t("polls.secondsLeft", { count: told })}
      </VisuallyHidden>
    </>
  );
}

const secondsUntil = (moment: number) => Math.max(0, Math.ceil((moment - serverNow()) / 1000));
