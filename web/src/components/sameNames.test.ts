import { describe, expect, it } from "vitest";
import { addressOfNamesakes } from "./sameNames.ts";

describe("people of one name in a list", () => {
  const zoe = { name: "Zoë Brandt", email: "zoe@school.example" };
  const other = { name: "zoe\u0308  brandt", email: "z.brandt@school.example" };
  const mei = { name: "林美", email: "mei@school.example" };

  it("are told apart by their addresses, and nobody else's is shown", () => {
    const address = addressOfNamesakes([zoe, mei, other]);
    expect([zoe, other, mei].map(address)).toEqual([zoe.email, other.email, null]);
    expect(addressOfNamesakes([zoe, mei])(zoe)).toBeNull();
  });

  it("are left as they are where one may not know addresses", () => {
    const unknown = { name: zoe.name, email: null };
    expect(addressOfNamesakes([unknown, unknown])(unknown)).toBeNull();
  });
});
