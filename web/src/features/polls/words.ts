import { useTranslation } from "react-i18next";
import type { LivePoll, Option } from "./core/pollDocument.ts";

/** The words of an option: a yes/no poll without words of its own has them from the person's language. */
export function useOptionWords(): (poll: Pick<LivePoll, "type">, option: Option) => string {
  const { t } = useTranslation();
  return (poll, option) => {
    if (option.text !== "") return option.text;
    return poll.type === "yes_no" && (option.id === "yes" || option.id === "no")
      ? t(`polls.${option.id}`)
      : option.id;
  };
}
