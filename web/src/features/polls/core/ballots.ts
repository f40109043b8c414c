import { Problem, Unreachable } from "@/api/problem.ts";
import type { DeviceStore } from "@/collab/deviceStore.ts";
import { Observable } from "@/collab/observable.ts";

/**
 * What became of a vote.
 *
 * `waiting`: only this device has it. `counted`: the server's word. `late`: the poll was over when it reached the server.
 * `sealed`: voted elsewhere, where alone it can be changed. `refused`: it is no vote for this poll, or not this person's to give.
 */
export type Fate = "waiting" | "counted" | "late" | "sealed" | "refused";

/** A vote as this device keeps it. The secret of an anonymous one is nowhere else. */
export interface KeptBallot {
  readonly pollId: string;
  readonly round: number;
  readonly choices: readonly string[];
  readonly secret: string | null;
  readonly fate: Fate;
  /** When the server said so, in milliseconds since 1970; what it says later is newer. */
  readonly settledAt?: number;
}

export interface SentBallot {
  readonly choices: readonly string[];
  readonly round: number;
  readonly secret?: string;
}

const SECRET_BYTES = 32;
const LATE = ["poll_closed", "poll_round_over", "poll_not_open"];

/** A word that nobody can guess. */
export function newSecret(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** What an answer that is no yes means for a vote; null when there was no answer and it is to be sent again. */
export function fateOf(error: unknown): Fate | null {
  if (error instanceof Unreachable) return null;
  if (!(error instanceof Problem)) return "refused";
  if (LATE.includes(error.code)) return "late";
  if (error.code === "ballot_sealed") return "sealed";
  // The server is in trouble, or wants to hear of it later, or does not know who we are at the moment.
  return error.status >= 500 || error.status === 429 || error.status === 401 ? null : "refused";
}

/** What the server told of a person's own vote. An anonymous one's choices it does not know. */
export interface ServedBallot {
  readonly voted: boolean;
  readonly choices: readonly string[];
  /** When it was told, in milliseconds since 1970. */
  readonly at: number;
}

/** What a person is shown of their own vote: what this device keeps, or what the server told after it was settled. */
export function ownVote(
  kept: KeptBallot | null,
  served: ServedBallot | null,
  anonymous: boolean,
): { readonly choices: readonly string[]; readonly fate: Fate | null } {
  const told = served?.choices ?? [];
  if (kept === null)
    return { choices: told, fate: served?.voted ? (anonymous ? "sealed" : "counted") : null };
  if (kept.fate === "refused" || kept.fate === "late") return { choices: told, fate: kept.fate };
  // Replaced on another device since.
  const newer =
    kept.fate === "counted" && !anonymous && served?.voted === true && served.at > (kept.settledAt ?? 0);
  return { choices: newer ? told : kept.choices, fate: kept.fate };
}

/** One person's votes on this device: kept before they are sent, and sent until the server has said what became of them. */
export class Ballots {
  private readonly shown = new Map<string, Observable<KeptBallot | null>>();
  private readonly sending = new Map<string, Promise<void>>();
  private readonly prefix: string;
  private readonly waitingListeners = new Set<() => void>();

  constructor(
    userId: string,
    private readonly device: DeviceStore,
    private readonly send: (pollId: string, ballot: SentBallot) => Promise<unknown>,
  ) {
    this.prefix = `${userId}:ballot:`;
  }

  /** This device's vote in one round, as it changes. */
  view(pollId: string, round: number): Observable<KeptBallot | null> {
    const key = this.key(pollId, round);
    void this.load(key);
    return this.observable(key);
  }

  /** Vote, or replace one's vote. It is kept before it is sent. */
  async cast(
    poll: { id: string; round: number; anonymous: boolean },
    choices: readonly string[],
  ): Promise<void> {
    const key = this.key(poll.id, poll.round);
    const before = await this.load(key);
    const secret = poll.anonymous ? (before?.secret ?? newSecret()) : null;
    await this.keep({ pollId: poll.id, round: poll.round, choices, secret, fate: "waiting" });
    await this.deliver(key);
    if (this.observable(key).get()?.fate === "waiting") for (const tell of this.waitingListeners) tell();
  }

  /** Hear when a vote could not be sent and waits. */
  onWaiting(listener: () => void): () => void {
    this.waitingListeners.add(listener);
    return () => this.waitingListeners.delete(listener);
  }

  /** Send what waits; tell whether nothing waits any more. */
  async sendWaiting(): Promise<boolean> {
    for (const key of await this.device.keys(this.prefix).catch(() => [])) await this.deliver(key);
    const left = await Promise.all(
      (await this.device.keys(this.prefix).catch(() => [])).map((key) => this.read(key)),
    );
    return !left.some((kept) => kept?.fate === "waiting");
  }

  /** Send one vote if it waits, after what is on its way already: one that was replaced meanwhile is sent last. */
  private deliver(key: string): Promise<void> {
    const delivery = (this.sending.get(key) ?? Promise.resolve()).then(async () => {
      const kept = await this.load(key);
      if (kept?.fate === "waiting") await this.deliverOnce(key, kept);
    });
    this.sending.set(key, delivery);
    return delivery;
  }

  private async deliverOnce(key: string, kept: KeptBallot): Promise<void> {
    const { choices, round, secret } = kept;
    let fate: Fate | null;
    try {
      await this.send(kept.pollId, { choices, round, ...(secret === null ? {} : { secret }) });
      fate = "counted";
    } catch (error) {
      fate = fateOf(error);
    }
    // A newer vote replaces this one; what became of this one is of no interest any more.
    if (fate === null || (await this.load(key))?.choices !== choices) return;
    await this.keep({ ...kept, fate, settledAt: Date.now() });
  }

  private observable(key: string): Observable<KeptBallot | null> {
    const known = this.shown.get(key);
    if (known) return known;
    const made = new Observable<KeptBallot | null>(null);
    this.shown.set(key, made);
    return made;
  }

  /** The vote as it is in memory; from the device where it is not there yet. */
  private async load(key: string): Promise<KeptBallot | null> {
    const observable = this.observable(key);
    if (observable.get()) return observable.get();
    const kept = await this.read(key);
    if (!observable.get()) observable.set(kept);
    return observable.get();
  }

  private async keep(ballot: KeptBallot): Promise<void> {
    const key = this.key(ballot.pollId, ballot.round);
    this.observable(key).set(ballot);
    // A private window may keep nothing: the vote is sent all the same.
    await this.device.put(key, ballot).catch(() => undefined);
  }

  private async read(key: string): Promise<KeptBallot | null> {
    const kept = await this.device.get(key).catch(() => undefined);
    return isKept(kept) ? kept : null;
  }

  private key(pollId: string, round: number): string {
    return `${this.prefix}${pollId}:${round}`;
  }
}

function isKept(value: unknown): value is KeptBallot {
  return (
    typeof value === "object" && value !== null && "pollId" in value && "fate" in value && "choices" in value
  );
}
