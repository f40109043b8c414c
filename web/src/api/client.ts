import createClient from "openapi-fetch";
import type { AccessTokens } from "./accessTokens.ts";
import { problemFrom, Unreachable } from "./problem.ts";
import { noteServerTime } from "./serverClock.ts";
import type { paths } from "./schema";

const PUBLIC = ["/api/auth/", "/api/join/"];

function withToken(request: Request, token: string): Request {
  const copy = new Request(request);
  copy.headers.set("Authorization", `Bearer ${token}`);
  return copy;
}

/** `crypto.randomUUID` exists only on secure origins; a school's own network may have none. */
export function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** Requests that are remembered until they are made again. */
const MOST_UNANSWERED = 50;

/** Keys of creating requests: one that got no answer, made again, is the same one, so that nothing is made twice. */
class CreationKeys {
  private readonly unanswered = new Map<string, string>();

  /** Send a request with its key, and remember the key unless somebody says what became of it. */
  async with(request: Request, carryOut: () => Promise<Response>): Promise<Response> {
    const what = `${request.url}\n${await request.clone().text()}`;
    const key = this.unanswered.get(what) ?? idempotencyKey();
    request.headers.set("Idempotency-Key", key);
    this.unanswered.set(what, key);
    const [oldest] = this.unanswered.keys();
    if (oldest !== undefined && this.unanswered.size > MOST_UNANSWERED) this.unanswered.delete(oldest);
    const response = await carryOut();
    if (response.status < 500) this.unanswered.delete(what);
    return response;
  }
}

async function send(request: Request): Promise<Response> {
  const sentAt = Date.now();
  try {
    const response = await fetch(request);
    noteServerTime(response.headers.get("Date"), sentAt);
    return response;
  } catch {
    throw new Unreachable();
  }
}

/**
 * Fetch with the access token; once more with another token when the first is refused.
 *
 * Throws `Problem` for every refusal and `Unreachable` when there is no answer, so that callers see only success.
 */
export function authorizedFetch(tokens: AccessTokens): (request: Request) => Promise<Response> {
  const keys = new CreationKeys();
  const sendAuthorized = async (request: Request) => {
    const again = request.clone();
    const token = await tokens.fresh();
    let response = await send(withToken(request, token));
    if (response.status === 401) {
      response = await send(withToken(again, await tokens.fresh({ refused: token })));
      if (response.status === 401) tokens.signOut();
    }
    return response;
  };
  return async (request) => {
    const isPublic = PUBLIC.some((prefix) => new URL(request.url).pathname.startsWith(prefix));
    const carryOut = () => (isPublic ? send(request) : sendAuthorized(request));
    const response =
      request.method === "POST" && !isPublic ? await keys.with(request, carryOut) : await carryOut();
    if (!response.ok) throw await problemFrom(response);
    return response;
  };
}

export type Api = ReturnType<typeof createApi>;

/** The typed client for everything under `/api`. */
export function createApi(tokens: AccessTokens) {
  return createClient<paths>({ baseUrl: location.origin, fetch: authorizedFetch(tokens) });
}

/** The body of an answer that has one. Refusals have been thrown before. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await call;
  if (data === undefined || data === null) throw new Error("the server sent no body");
  return data;
}
