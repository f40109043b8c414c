import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AccessTokens } from "./accessTokens.ts";
import { Unreachable } from "./problem.ts";
import { sendFile } from "./upload.ts";

let keys: string[] = [];
/** What becomes of the next requests: a status, or no answer. */
let fates: (number | null)[] = [];

class Request {
  upload = {};
  status = 0;
  responseText = "{}";
  onload: () => void = () => undefined;
  onerror: () => void = () => undefined;
  open() {}
  abort() {}
  setRequestHeader(name: string, value: string) {
    if (name === "Idempotency-Key") keys.push(value);
  }
  send() {
    const fate = fates.shift() ?? null;
    this.status = fate ?? 0;
    queueMicrotask(fate === null ? this.onerror : this.onload);
  }
}

beforeEach(() => {
  keys = [];
  vi.stubGlobal("XMLHttpRequest", Request);
});

afterEach(() => vi.unstubAllGlobals());

it("an upload that got no answer is the same one when it is sent again", async () => {
  const tokens = { fresh: () => Promise.resolve("token") } as unknown as AccessTokens;
  const file = new File(["x"], "a.pdf");
  const send = (url: string) => sendFile({ tokens, url, file });
  fates = [null, 401, 201, 201, 201];
  await expect(send("/api/files")).rejects.toBeInstanceOf(Unreachable);
  await send("/api/files");
  await send("/api/files");
  await send("/api/documents/1/slides");
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(3);
});
