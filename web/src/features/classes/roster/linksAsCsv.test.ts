import { describe, expect, it } from "vitest";
import { linksAsCsv } from "./linksAsCsv.ts";

describe("links as CSV", () => {
  it("keep every script and are no formula to a spreadsheet", () => {
    const made = linksAsCsv(
      [
        { email: "mei@school.example", name: "林美", link: "https://school.example/join/A" },
        { email: "zoe@school.example", name: 'Brandt, "Zoë"', link: null },
        { email: "=cmd@school.example", name: null },
      ],
      ["E-mail", "Name", "Link"],
    );
    expect(made).toBe(
      "\ufeffE-mail,Name,Link\r\n" +
        "mei@school.example,林美,https://school.example/join/A\r\n" +
        'zoe@school.example,"Brandt, ""Zoë""",\r\n' +
        "'=cmd@school.example,,\r\n",
    );
  });
});
