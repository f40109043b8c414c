import { expect, it } from "vitest";
import { Problem } from "@/api/problem.ts";
import { formProblems } from "./formProblems.ts";

const t = (key: string) => key;

it("tells of one entry of a list at the field of the whole list, in the person's language", () => {
  const refusal = new Problem(422, "validation_failed", [
    { field: "options.0", message: "must have at most 200 characters" },
  ]);
  expect(formProblems(refusal, ["question", "options"], t)).toEqual({
    fields: { options: "fields.optionsInvalid" },
    form: null,
  });
});
