import { describe, expect, it } from "vitest";
import { deviceOf } from "./device.ts";

describe("a device", () => {
  it.each([
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0",
      { program: "Edge", system: "Windows", mobile: false },
    ],
    [
      "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
      { program: "Chrome", system: "Android", mobile: true },
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
      { program: "Safari", system: "iPhone", mobile: true },
    ],
    [
      "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
      { program: "Firefox", system: "Linux", mobile: false },
    ],
    ["python-httpx/0.28.1", { program: "python-httpx", system: "", mobile: false }],
    ["", { program: "", system: "", mobile: false }],
  ])("is named as its owner knows it: %s", (userAgent, device) => {
    expect(deviceOf(userAgent)).toEqual(device);
  });
});
