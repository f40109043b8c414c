import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askUntil } from "./returning.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("asking until something comes back", () => {
  it("asks ever more rarely, and stops at a yes", async () => {
    const answers = [false, false, false, true];
    const ask = vi.fn(() => Promise.resolve(answers.shift() ?? false));
    askUntil(ask);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ask).toHaveBeenCalledTimes(4);
    await vi.advanceTimersByTimeAsync(600_000);
    window.dispatchEvent(new Event("focus"));
    expect(ask).toHaveBeenCalledTimes(4);
  });

  it("asks at once when the person or the network is back, but not in a rush", async () => {
    const ask = vi.fn(() => Promise.resolve(false));
    const stop = askUntil(ask);
    await vi.advanceTimersByTimeAsync(2_100);
    window.dispatchEvent(new Event("online"));
    window.dispatchEvent(new Event("focus"));
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2_100);
    window.dispatchEvent(new Event("focus"));
    expect(ask).toHaveBeenCalledTimes(2);
    stop();
    await vi.advanceTimersByTimeAsync(600_000);
    window.dispatchEvent(new Event("focus"));
    expect(ask).toHaveBeenCalledTimes(2);
  });
});
