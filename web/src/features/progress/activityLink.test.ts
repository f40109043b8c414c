import { describe, expect, it } from "vitest";
import type { components } from "@/api/schema";
import { activityLink } from "./activityLink.ts";

type Column = components["schemas"]["ProgressColumn"];
const about = (values: Partial<Column>) => activityLink("c1", values as Column);

describe("the way to what a column is about", () => {
  it("leads to boards, lessons and assignments", () => {
    expect(about({ activity_kind: "document", activity_id: "a1" })?.to).toContain("/documents/");
    expect(about({ activity_kind: "lesson", activity_id: "a1" })?.to).toContain("/lessons/");
    expect(about({ activity_kind: "assignment", activity_id: "a1" })).toMatchObject({
      to: "/assignments/$assignmentId",
      params: { assignmentId: "a1" },
    });
  });

  it("leads nowhere from a column of the teacher's own", () => {
    expect(about({ activity_id: null })).toBeNull();
    expect(activityLink("c1", undefined)).toBeNull();
  });
});
