import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AccessTokens } from "./accessTokens.ts";
import { authorizedFetch } from "./client.ts";
import { Problem, Unreachable } from "./problem.ts";

let keys: (string | null)[] = [];
let answers: (() => Response | Promise<Response>)[] = [];
const made = () => new Response("{}", { status: 201 });
const silent = () => Promise.reject(new TypeError("no link"));

function client() {
  const tokens = { fresh: () => Promise.resolve("token"), signOut: () => undefined };
  const fetch = authorizedFetch(tokens as unknown as AccessTokens);
  return (title: string, path = "documents") =>
    fetch(new Request(`http://school.test/api/${path}`, { method: "POST", body: JSON.stringify({ title }) }));
}

beforeEach(() => {
  keys = [];
  answers = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    keys.push(request.headers.get("Idempotency-Key"));
    return await (answers.shift() ?? made)();
  });
});

afterEach(() => vi.unstubAllGlobals());

describe("a creating request", () => {
  it("has a key of its own, for its second try with another token, too", async () => {
    const post = client();
    answers = [() => new Response("{}", { status: 401 })];
    await post("Board");
    await post("Board");
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(keys).not.toContain(null);
  });

  it("that got no answer is the same one when it is made again", async () => {
    const post = client();
    answers = [silent, made, () => new Response("{}", { status: 503 })];
    await expect(post("Board")).rejects.toBeInstanceOf(Unreachable);
    await post("Other board");
    await expect(post("Board")).rejects.toBeInstanceOf(Problem);
    await post("Board");
    await post("Board");
    expect(keys[2]).toBe(keys[0]);
    expect(keys[3]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
  });

  it("is remembered only for a while", async () => {
    const post = client();
    answers = Array.from({ length: 60 }, () => silent);
    for (let count = 0; count < 60; count++) await expect(post(`Board ${count}`)).rejects.toThrow();
    await post("Board 59");
    await post("Board 0");
    expect(keys[60]).toBe(keys[59]);
    expect(keys[61]).not.toBe(keys[0]);
  });
});
