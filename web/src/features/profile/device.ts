export interface Device {
  readonly program: string;
  readonly system: string;
  readonly mobile: boolean;
}

// In this order: most programs also claim to be those that come later.
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\/|Opera/, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\/|Chromium\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPod/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/CrOS/, "ChromeOS"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/Linux|X11/, "Linux"],
];

const first = (names: readonly (readonly [RegExp, string])[], text: string): string =>
  names.find(([pattern]) => pattern.test(text))?.[1] ?? "";

/** Read what a program calls itself in its `User-Agent`: enough for people to know their own devices. */
export function deviceOf(userAgent: string): Device {
  return {
    // A program that is no browser says its name first: "python-httpx/0.28".
    program: first(PROGRAMS, userAgent) || (/^[\w. -]+(?=\/)/.exec(userAgent)?.[0] ?? "").slice(0, 40),
    system: first(SYSTEMS, userAgent),
    mobile: /Mobile|iPhone|iPad|Android/.test(userAgent),
  };
}
