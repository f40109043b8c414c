import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { elementsOf, rescuedElements } from "./rescued.ts";

function copyOf(elements: Record<string, unknown>[], keys: string[], files: Record<string, unknown> = {}) {
  const document = new Y.Doc();
  for (const element of elements) document.getMap("elements").set(element["id"] as string, element);
  for (const [id, entry] of Object.entries(files)) document.getMap("files").set(id, entry);
  return {
    epoch: 1,
    cause: "refused" as const,
    takenAt: "2026-01-01T00:00:00Z",
    state: Y.encodeStateAsUpdate(document),
    keys,
  };
}

const shape = (id: string, more: object = {}) => ({
  id,
  type: "rectangle",
  x: 1,
  y: 2,
  width: 3,
  height: 4,
  version: 7,
  versionNonce: 8,
  isDeleted: false,
  boundElements: null,
  frameId: null,
  ...more,
});

describe("a rescue copy", () => {
  it("gives back what was not confirmed, as new elements", () => {
    const copy = copyOf([shape("old"), shape("mine"), shape("gone", { isDeleted: true })], ["mine", "gone"]);
    const { elements } = rescuedElements(copy);
    expect(elements).toHaveLength(1);
    expect(elements[0]).toMatchObject({ x: 1, version: 1, index: null });
    expect(elements[0]?.id).not.toBe("mine");
    expect(
      elementsOf(copy, { all: true })
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["mine", "old"]);
  });

  it("keeps labels with their shapes and cuts ties to what stays behind", () => {
    const label = shape("label", { type: "text", text: "hi", containerId: "box" });
    const box = shape("box", {
      boundElements: [
        { id: "label", type: "text" },
        { id: "elsewhere", type: "arrow" },
      ],
    });
    const { elements } = rescuedElements(copyOf([box, label], ["box", "label"]));
    const [newBox, newLabel] = [
      elements.find(({ type }) => type === "rectangle"),
      elements.find(({ type }) => type === "text"),
    ];
    expect(newBox?.boundElements).toEqual([{ id: newLabel?.id, type: "text" }]);
    expect(newLabel).toMatchObject({ containerId: newBox?.id });
  });

  it("brings along where its pictures are", () => {
    const picture = shape("p", { type: "image", fileId: "f1" });
    const entry = { url: "/api/files/01", media_type: "image/png" };
    expect([...rescuedElements(copyOf([picture], ["p"], { f1: entry })).files]).toEqual([["f1", entry]]);
  });
});
