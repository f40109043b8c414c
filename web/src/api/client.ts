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
function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
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
  return async (request) => {
    let response: Response;
    if (PUBLIC.some((prefix) => new URL(request.url).pathname.startsWith(prefix))) {
      response = await send(request);
    } else {
      if (request.method === "POST") request.headers.set("Idempotency-Key", idempotencyKey());
      const again = request.clone();
      const token = await tokens.fresh();
      response = await send(withToken(request, token));
      if (response.status === 401) {
        response = await send(withToken(again, await tokens.fresh({ refused: token })));
        if (response.status === 401) tokens.signOut();
      }
    }
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
