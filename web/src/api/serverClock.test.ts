import { expect, it } from "vitest";
import { noteServerTime, serverNow } from "./serverClock.ts";

it("follows the server's clock where the device's is wrong, and the device's where it is right", () => {
  const header = (at: number) => new Date(at).toUTCString();
  noteServerTime(header(Date.now()), Date.now());
  expect(Math.abs(serverNow() - Date.now())).toBeLessThan(50);
  noteServerTime(header(Date.now() + 3_600_000), Date.now());
  expect(Math.abs(serverNow() - Date.now() - 3_600_000)).toBeLessThan(1100);
  noteServerTime("nonsense", Date.now());
  noteServerTime(null, Date.now());
  expect(Math.abs(serverNow() - Date.now() - 3_600_000)).toBeLessThan(1100);
});
