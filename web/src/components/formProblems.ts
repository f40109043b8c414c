import type { ParseKeys } from "i18next";
import { Problem, wordsFor } from "@/api/problem.ts";

type Translate = (key: ParseKeys) => string;

const FIELD_WORDS: Readonly<Record<string, ParseKeys>> = {
  email: "fields.emailInvalid",
  password: "fields.passwordInvalid",
  name: "fields.nameInvalid",
  title: "fields.titleInvalid",
  question: "fields.questionInvalid",
  options: "fields.optionsInvalid",
  invitation: "problems.invitation_invalid",
  join_code: "problems.unknown_join_code",
};

/** Split a refusal into words at fields the form has, and words for the form as a whole. */
export function formProblems(
  error: unknown,
  fields: readonly string[],
  t: Translate,
): { readonly fields: Record<string, string>; readonly form: string | null } {
  const atFields: Record<string, string> = {};
  if (error instanceof Problem) {
    for (const { field, message } of error.fields) {
      // A number is a place in a list, and the form has the list as one field.
      const name = field.split(".").findLast((part) => !/^\d+$/.test(part)) ?? field;
      if (!fields.includes(name)) continue;
      const words = FIELD_WORDS[name];
      atFields[name] = words ? t(words) : message;
    }
    if (error.code.startsWith("invitation_") && fields.includes("invitation")) {
      atFields["invitation"] = t(wordsFor(error));
    }
  }
  return { fields: atFields, form: Object.keys(atFields).length > 0 ? null : t(wordsFor(error)) };
}
