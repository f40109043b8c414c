import { Observable } from "@/collab/observable.ts";
import { Problem, problemFrom, Unreachable } from "./problem.ts";

/** Renewed this long before it expires, so that no request has to wait for it. */
const RENEW_EARLY_MILLISECONDS = 60_000;
/** A token this close to its end may expire on the way. */
const MARGIN_MILLISECONDS = 5000;
const LOCK = "lectern-refresh";
const CHANNEL = "lectern-tokens";
/** Says that a refresh cookie (which scripts cannot see) should be there, so that strangers cause no refused calls. */
const SIGNED_IN_HERE = "lectern.signed-in";

interface Held {
  readonly token: string;
  /** Milliseconds since the epoch, by this device's clock. */
  readonly expiresAt: number;
}

type Message = { readonly kind: "token"; readonly held: Held } | { readonly kind: "signedOut" };

export type SignedIn = "unknown" | "yes" | "no";

/**
 * The access token, in memory only, shared by all tabs of this browser.
 *
 * The refresh cookie is good for one use; only a lost answer is repeated, and a copy ends the whole login. So one tab refreshes
 * at a time (a lock), and tells the others its new token before it lets go of the lock.
 */
export class AccessTokens {
  readonly signedIn = new Observable<SignedIn>("unknown");
  private held: Held | null = null;
  private renewing: Promise<string> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly channel = new BroadcastChannel(CHANNEL);

  constructor(
    private readonly fetcher: typeof fetch = (...request) => fetch(...request),
    /** Somebody else signed in, in another tab: what this one shows is not theirs. */
    private readonly otherPerson: () => void = () => location.assign("/"),
  ) {
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.kind === "signedOut") this.drop();
      else if (this.held && personIn(data.held.token) !== personIn(this.held.token)) this.otherPerson();
      else this.hold(data.held);
    };
  }

  /** Hand out a token that is good for a while. `refused` names one that the server no longer takes. */
  async fresh({ refused }: { refused?: string } = {}): Promise<string> {
    const good = this.good(refused);
    if (good !== null) return good;
    this.renewing ??= this.renew(refused ?? this.held?.token).finally(() => (this.renewing = null));
    return this.renewing;
  }

  /** A login has answered with a token. */
  accept(answer: { access_token: string; expires_in: number }): void {
    const held = { token: answer.access_token, expiresAt: Date.now() + answer.expires_in * 1000 };
    this.hold(held);
    this.channel.postMessage({ kind: "token", held } satisfies Message);
  }

  /** The token at hand, if any, whether still good or not. */
  present(): string | undefined {
    return this.held?.token;
  }

  /** Forget the token, here and in the other tabs. */
  signOut(): void {
    this.drop();
    this.channel.postMessage({ kind: "signedOut" } satisfies Message);
  }

  close(): void {
    clearTimeout(this.timer);
    this.channel.close();
  }

  private good(refused: string | undefined): string | null {
    if (!this.held || this.held.token === refused) return null;
    return this.held.expiresAt > Date.now() + MARGIN_MILLISECONDS ? this.held.token : null;
  }

  private async renew(old: string | undefined): Promise<string> {
    return oneTabAtATime(async () => {
      // Another tab's news may have arrived while we waited for the lock.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const heard = this.good(old);
      if (heard !== null) return heard;
      if (localStorage.getItem(SIGNED_IN_HERE) === null) {
        this.drop();
        throw new Problem(401, "token_missing");
      }
      let response: Response;
      try {
        response = await this.fetcher("/api/auth/refresh", { method: "POST", credentials: "same-origin" });
      } catch {
        throw new Unreachable();
      }
      if (response.ok) {
        const answer = (await response.json()) as { access_token: string; expires_in: number };
        this.accept(answer);
        return answer.access_token;
      }
      const problem = await problemFrom(response);
      // Only a plain "no" ends the login; a server in trouble does not.
      if (!meansSignedOut(problem)) throw problem.status >= 500 ? new Unreachable() : problem;
      this.signOut();
      throw problem;
    });
  }

  private hold(held: Held): void {
    this.held = held;
    localStorage.setItem(SIGNED_IN_HERE, "1");
    this.signedIn.set("yes");
    clearTimeout(this.timer);
    const early = Math.max(1000, held.expiresAt - Date.now() - RENEW_EARLY_MILLISECONDS);
    // Tabs spread out a little: the first one renews, the others hear of it and have nothing left to do.
    this.timer = setTimeout(
      () => void this.fresh({ refused: held.token }).catch(() => undefined),
      early + Math.random() * 5000,
    );
  }

  private drop(): void {
    this.held = null;
    localStorage.removeItem(SIGNED_IN_HERE);
    clearTimeout(this.timer);
    this.signedIn.set("no");
  }
}

/** Web Locks exist only on secure origins; elsewhere tabs at least hear of each other's tokens. */
function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  const locks = (navigator as { locks?: LockManager }).locks;
  return locks ? locks.request(LOCK, work) : work();
}

/** Whose token it is: the `sub` claim. The server checks tokens; this only compares two. */
function personIn(token: string): string {
  try {
    const payload = token.split(".")[1] ?? "";
    const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as { sub?: string };
    return claims.sub ?? "";
  } catch {
    return "";
  }
}

/** Whether an error means "not signed in" (as against "no network"). */
export function meansSignedOut(error: unknown): boolean {
  return error instanceof Problem && (error.status === 401 || error.code === "account_blocked");
}
