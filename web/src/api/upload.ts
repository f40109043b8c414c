import type { AccessTokens } from "./accessTokens.ts";
import { idempotencyKey } from "./client.ts";
import { problemFrom, Unreachable } from "./problem.ts";
import type { components } from "./schema";

export type UploadedFile = components["schemas"]["File"];

/** Somebody has stopped an upload; nothing of it is kept. */
export class Stopped extends Error {
  constructor() {
    super("the upload was stopped");
  }
}

export interface Sending {
  readonly tokens: AccessTokens;
  readonly url: string;
  readonly file: File;
  readonly progress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Files whose last upload got no answer: sent there again, it is the same upload, and nothing is kept twice. */
const unanswered = new WeakMap<File, { readonly url: string; readonly key: string }>();

/**
 * Send a file as a form, telling how much of it has been sent, which `fetch` cannot.
 *
 * Throws `Problem` for a refusal, `Unreachable` when there is no answer, `Stopped` when the signal says so.
 */
export async function sendFile(sending: Sending): Promise<Response> {
  const { file, url, tokens } = sending;
  const before = unanswered.get(file);
  const key = before?.url === url ? before.key : idempotencyKey();
  const token = await tokens.fresh();
  unanswered.set(file, { url, key });
  let answer = await sendOnce(sending, key, token);
  if (answer.status === 401) answer = await sendOnce(sending, key, await tokens.fresh({ refused: token }));
  if (answer.status < 500) unanswered.delete(file);
  if (!answer.ok) throw await problemFrom(answer);
  return answer;
}

/** Keep a file; it is one's own until something uses it. */
export async function uploadFile(sending: Omit<Sending, "url">): Promise<UploadedFile> {
  const answer = await sendFile({ ...sending, url: "/api/files" });
  return (await answer.json()) as UploadedFile;
}

function sendOnce({ url, file, progress, signal }: Sending, key: string, token: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new Stopped());
      return;
    }
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.onprogress = ({ loaded, total }) => progress?.(total > 0 ? loaded / total : 0);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = () => reject(new Unreachable());
    request.onabort = () => reject(new Stopped());
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });
}
