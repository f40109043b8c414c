/** Our languages in Excalidraw's spelling. */
export const LANGUAGE_CODES: Readonly<Record<string, string>> = { en: "en", de: "de-DE", "ar-XB": "ar-SA" };
