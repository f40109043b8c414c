/** Our languages in Excalidraw's spelling. */
const LANGUAGE_CODES: Readonly<Record<string, string>> = { en: "en", de: "de-DE", "ar-XB": "ar-SA" };

/** The language of the canvas for one of ours. */
export function canvasLanguage(language: string): string {
  return LANGUAGE_CODES[language] ?? "en";
}
