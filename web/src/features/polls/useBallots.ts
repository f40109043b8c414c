import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { Api } from "@/api/client.ts";
import { useMe } from "@/api/queries.ts";
import { useServices, type Services } from "@/api/services.tsx";
import { askUntil } from "@/collab/returning.ts";
import { Ballots, type KeptBallot } from "./core/ballots.ts";

const byDevice = new WeakMap<object, Map<string, Ballots>>();

/** A person's votes on this device: the same object for everything that shows or sends them. */
function ballotsOf({ device, api }: Services, userId: string): Ballots {
  const people = byDevice.get(device) ?? new Map<string, Ballots>();
  byDevice.set(device, people);
  const found = people.get(userId) ?? new Ballots(userId, device, sender(api));
  people.set(userId, found);
  return found;
}

const sender =
  (api: Api): ConstructorParameters<typeof Ballots>[2] =>
  (pollId, { choices, ...rest }) =>
    api.PUT("/api/polls/{poll_id}/ballot", {
      params: { path: { poll_id: pollId } },
      body: { choices: [...choices], ...rest },
    });

/** Send what waits whenever the link is back, whichever page is shown. */
export function useWaitingBallots(): void {
  const services = useServices();
  const userId = useMe().data?.id;
  useEffect(() => {
    if (userId === undefined) return;
    const ballots = ballotsOf(services, userId);
    let stop: () => void = () => undefined;
    const watch = () => {
      stop();
      stop = askUntil(() => ballots.sendWaiting());
      void ballots.sendWaiting();
    };
    watch();
    window.addEventListener("online", watch);
    const unsubscribe = ballots.onWaiting(watch);
    return () => {
      stop();
      unsubscribe();
      window.removeEventListener("online", watch);
    };
  }, [services, userId]);
}

/** This device's vote in one round of a poll. */
export function useBallot(
  pollId: string,
  round: number,
): { kept: KeptBallot | null; ballots: Ballots | null } {
  const services = useServices();
  const userId = useMe().data?.id;
  const ballots = useMemo(
    () => (userId === undefined ? null : ballotsOf(services, userId)),
    [services, userId],
  );
  const view = useMemo(() => ballots?.view(pollId, round) ?? null, [ballots, pollId, round]);
  const kept = useSyncExternalStore(view?.subscribe ?? (() => () => undefined), view?.get ?? (() => null));
  return { kept, ballots };
}
