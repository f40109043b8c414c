import { useSyncExternalStore } from "react";

const TICK_MILLISECONDS = 30_000;

const subscribe = (listener: () => void) => {
  const timer = setInterval(listener, TICK_MILLISECONDS);
  return () => clearInterval(timer);
};

const now = () => Math.floor(Date.now() / TICK_MILLISECONDS) * TICK_MILLISECONDS;

/** The time, to half a minute; what depends on it is drawn again when it has passed. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, now);
}
