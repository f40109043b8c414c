import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import de from "@/locales/de/index.ts";
import en from "@/locales/en/index.ts";
import { chosenLanguage, directionOf, pseudo, PSEUDO_LANGUAGE } from "@/components/languages.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

/** Set up the words. English is complete by definition; a test holds German to it. */
export async function startLanguages(): Promise<i18n> {
  const instance = i18next.createInstance();
  instance.on("languageChanged", (language) => {
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
  });
  await instance.use(initReactI18next).init({
    lng: chosenLanguage(null),
    fallbackLng: "en",
    resources: {
      en: { translation: en },
      de: { translation: de },
      // Mirrored and accented English: shows words that are not translated and layouts that only go one way.
      [PSEUDO_LANGUAGE]: { translation: pseudo(en) },
    },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  return instance;
}
