/** Languages a person can choose, each by its own name. */
export const LANGUAGES = [
  { value: "en", label: "English" },
  { value: "de", label: "Deutsch" },
] as const;

/** A made-up right-to-left language for testing: `?language=ar-XB` on any page. */
export const PSEUDO_LANGUAGE = "ar-XB";

const KEY = "lectern.language";

function supported(language: string | null | undefined): string | null {
  if (!language) return null;
  if (language === PSEUDO_LANGUAGE) return language;
  const short = language.split("-")[0];
  return LANGUAGES.find(({ value }) => value === short)?.value ?? null;
}

/** The language to use: asked for in the address, chosen on this device, set in the profile, or the browser's. */
export function chosenLanguage(profile: string | null): string {
  return (
    supported(new URLSearchParams(location.search).get("language")) ??
    supported(localStorage.getItem(KEY)) ??
    supported(profile) ??
    navigator.languages.map(supported).find((language) => language !== null) ??
    "en"
  );
}

export function rememberLanguage(language: string): void {
  localStorage.setItem(KEY, language);
}

export function directionOf(language: string): "ltr" | "rtl" {
  return /^(ar|fa|he|ur)\b/.test(language) ? "rtl" : "ltr";
}

type Words = { readonly [key: string]: string | Words };

const ACCENTED: Readonly<Record<string, string>> = {
  a: "á",
  e: "é",
  i: "í",
  o: "ó",
  u: "ú",
  A: "Á",
  E: "É",
  I: "Í",
  O: "Ó",
  U: "Ú",
};

/** Accent every vowel outside placeholders: words that stay plain are not translated. */
export function pseudo<T extends Words>(words: T): T {
  const entries = Object.entries(words).map(([key, value]) => {
    if (typeof value !== "string") return [key, pseudo(value)];
    const parts = value.split(/({{[^}]*}}|<[^>]*>|\$t\([^)]*\))/);
    return [
      key,
      parts.map((part, at) => (at % 2 ? part : part.replace(/[aeiou]/gi, (c) => ACCENTED[c] ?? c))).join(""),
    ];
  });
  return Object.fromEntries(entries) as T;
}
