const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** How long ago something was, in the person's language ("yesterday", "vor 3 Stunden"). */
export function ago(time: string, language: string, now: number = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  }
  return format.format(0, "second");
}

const REGION = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-([A-Z]{2})$/;

/**
 * The language of the page with the region that the person's browser names: the clock has 12 hours here and 24 there.
 *
 * Who reads English on a German computer gets English words and the clock of Germany.
 */
export function regional(language: string): string {
  if (language.includes("-")) return language;
  const tags = navigator.languages.filter((tag) => REGION.test(tag));
  const own = tags.find((tag) => tag.startsWith(`${language}-`));
  const region = tags.map((tag) => REGION.exec(tag)?.[1])[0];
  return own ?? (region ? `${language}-${region}` : language);
}

/** A time of day as people write it; with `end` from when to when. */
export function timeOfDay(time: string | Date, language: string, end: string | Date = time): string {
  return new Intl.DateTimeFormat(regional(language), { timeStyle: "short" }).formatRange(
    new Date(time),
    new Date(end),
  );
}

/** A day as people write it. */
export function day(time: string, language: string): string {
  return new Intl.DateTimeFormat(regional(language), { dateStyle: "medium" }).format(new Date(time));
}

/** A day and a time of day as people write them. */
export function moment(time: string, language: string): string {
  return new Intl.DateTimeFormat(regional(language), { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(time),
  );
}
