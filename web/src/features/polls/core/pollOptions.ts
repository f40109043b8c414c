import type { PollType } from "./pollDocument.ts";
import { LISTED, lines } from "./pollForm.ts";

const FEWEST = 2;
const MOST = 20;
const MOST_RANKED = 10;
const LONGEST = 200;
/** How much of an option that is too long is quoted, to be found again. */
const QUOTED = 30;

/** Why options cannot be asked like this, as the server would judge. */
export type OptionsProblem =
  | { readonly why: "few" }
  | { readonly why: "many"; readonly most: number; readonly given: number }
  | { readonly why: "long"; readonly number: number; readonly most: number; readonly start: string }
  | { readonly why: "twice"; readonly text: string };

export function optionsProblem(text: string, type: PollType): OptionsProblem | null {
  if (!LISTED.includes(type)) return null;
  const options = lines(text).map((line) => line.normalize("NFC"));
  const most = type === "ranking" ? MOST_RANKED : MOST;
  if (options.length < FEWEST) return { why: "few" };
  if (options.length > most) return { why: "many", most, given: options.length };
  const long = options.findIndex((option) => Array.from(option).length > LONGEST);
  if (long >= 0) {
    const start = Array.from(options[long] ?? "")
      .slice(0, QUOTED)
      .join("");
    return { why: "long", number: long + 1, most: LONGEST, start };
  }
  const twice = options.find((option, index) => options.findIndex((each) => same(each, option)) < index);
  return twice === undefined ? null : { why: "twice", text: twice };
}

const same = (one: string, other: string) => folded(one) === folded(other);
// Capitals first: “ß” becomes “SS”, as for the server.
const folded = (text: string) => text.toUpperCase().toLowerCase().split(/\s+/).join(" ");
