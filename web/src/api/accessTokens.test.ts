import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AccessTokens } from "./accessTokens.ts";
import { Problem, Unreachable } from "./problem.ts";

const tabs: AccessTokens[] = [];
let calls = 0;
let answer: () => Response;

function jwt(person: string): string {
  return `h.${btoa(JSON.stringify({ sub: person, n: calls }))}.s`;
}

function tab(otherPerson: () => void = () => undefined): AccessTokens {
  const tokens = new AccessTokens(() => {
    calls += 1;
    return Promise.resolve(answer());
  }, otherPerson);
  tabs.push(tokens);
  return tokens;
}

const good = () => Response.json({ access_token: jwt("ada"), expires_in: 900 });
const refused = () => Response.json({ code: "refresh_invalid" }, { status: 401 });

beforeEach(() => {
  calls = 0;
  answer = good;
  localStorage.setItem("lectern.signed-in", "1");
  let last: Promise<unknown> = Promise.resolve();
  // jsdom has no Web Locks: one at a time, in order, is all they promise.
  const request = (_name: string, work: () => Promise<unknown>) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  vi.stubGlobal("navigator", Object.create(navigator, { locks: { value: { request } } }));
});

afterEach(() => {
  tabs.splice(0).forEach((tokens) => tokens.close());
  vi.unstubAllGlobals();
  localStorage.clear();
});

describe("the access token", () => {
  it("is fetched once, however many ask at the same time", async () => {
    const tokens = tab();
    const all = await Promise.all([tokens.fresh(), tokens.fresh(), tokens.fresh()]);
    expect(new Set(all).size).toBe(1);
    expect(calls).toBe(1);
  });

  it("is shared between tabs", async () => {
    const [first, second] = [tab(), tab()];
    const token = await first.fresh();
    await vi.waitFor(() => expect(second.present()).toBe(token));
    expect(await second.fresh()).toBe(token);
    expect(calls).toBe(1);
  });

  it("is renewed once when it was refused, and the one that came meanwhile is taken", async () => {
    const tokens = tab();
    const old = await tokens.fresh();
    const [one, two] = await Promise.all([tokens.fresh({ refused: old }), tokens.fresh({ refused: old })]);
    expect(one).toBe(two);
    expect(one).not.toBe(old);
    expect(await tokens.fresh({ refused: old })).toBe(one);
    expect(calls).toBe(2);
  });

  it("ends the session when the refresh is refused, in every tab", async () => {
    const [first, second] = [tab(), tab()];
    await first.fresh();
    await vi.waitFor(() => expect(second.signedIn.get()).toBe("yes"));
    answer = refused;
    await expect(first.fresh({ refused: first.present() ?? "" })).rejects.toBeInstanceOf(Problem);
    expect(first.signedIn.get()).toBe("no");
    await vi.waitFor(() => expect(second.signedIn.get()).toBe("no"));
  });

  it("does not end the session when the network or the server is in trouble", async () => {
    const tokens = tab();
    const token = await tokens.fresh();
    answer = () => {
      throw new TypeError("no network");
    };
    await expect(tokens.fresh({ refused: token })).rejects.toBeInstanceOf(Unreachable);
    answer = () => new Response("down", { status: 502 });
    await expect(tokens.fresh({ refused: token })).rejects.toBeInstanceOf(Unreachable);
    expect(tokens.signedIn.get()).toBe("yes");
  });

  it("asks nothing of the server when nobody has signed in here", async () => {
    localStorage.clear();
    const tokens = tab();
    await expect(tokens.fresh()).rejects.toBeInstanceOf(Problem);
    expect(calls).toBe(0);
  });

  it("of somebody else, signed in in another tab, is not taken over", async () => {
    const other = vi.fn();
    const [mine, theirs] = [tab(other), tab()];
    const token = await mine.fresh();
    theirs.accept({ access_token: jwt("grace"), expires_in: 900 });
    await vi.waitFor(() => expect(other).toHaveBeenCalled());
    expect(mine.present()).toBe(token);
  });
});
