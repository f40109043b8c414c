import { restoreElements } from "@excalidraw/excalidraw";
import { describe, expect, it } from "vitest";
import type { OrderedExcalidrawElement } from "@excalidraw/excalidraw/element/types";
import { isOrderKey, sound } from "./sound.ts";

function element(type: string, more: Record<string, unknown> = {}): OrderedExcalidrawElement {
  const place = { x: 0, y: 0, width: 10, height: 10 };
  return { id: "e", type, ...place, version: 1, versionNonce: 1, index: "a0", ...more } as never;
}

const WRONG = [7, -1e9, 1e300, "x", true, {}, { a: {} }, [null], [["a"]], [{ id: 3 }], null];

describe("an element that another program wrote", () => {
  it("stays as it is where it is sound", () => {
    const text = element("text", {
      text: "Hi",
      fontSize: 20,
      fontFamily: 5,
      lineHeight: 1.25,
      own: { a: 1 },
    });
    expect(sound(text)).toEqual(text);
    const arrow = element("arrow", {
      points: [
        [0, 0],
        [5, 5],
      ],
      startBinding: { elementId: "a", focus: 0.1, gap: 3, fixedPoint: [0.5, 1] },
      endBinding: null,
      endArrowhead: "triangle",
      elbowed: true,
      fixedSegments: [{ start: [0, 0], end: [5, 0], index: 1 }],
      roundness: { type: 2, value: 8 },
      boundElements: [{ id: "t", type: "text" }],
      strokeColor: "#1e1e1e",
      groupIds: ["g"],
    });
    expect(sound(arrow)).toEqual(arrow);
    const image = element("image", { fileId: "f", scale: [-1, 1], crop: null, status: "saved" });
    expect(sound(image)).toEqual(image);
  });

  it.each([
    ["strokeColor", {}],
    ["opacity", "half"],
    ["opacity", 1e300],
    ["roundness", 5],
    ["roundness", { type: 2, value: "x" }],
    ["boundElements", [{ id: 3 }]],
    ["groupIds", [null]],
    ["fillStyle", "plaid"],
    ["customData", [1]],
    ["scale", [0, 1]],
    ["crop", { x: 1 }],
    ["font", { split: 1 }],
    ["startBinding", { elementId: "a" }],
    ["startBinding", { elementId: "a", focus: 0, gap: 0, fixedPoint: ["x"] }],
  ])("loses %s where it is %j", (name, value) => {
    expect(sound(element("rectangle", { [name]: value }))).not.toHaveProperty(name);
  });

  it("gets what a drawing cannot do without", () => {
    expect(sound(element("text", { text: "Hi", fontSize: {} }))).toMatchObject({
      fontSize: 20,
      fontFamily: 5,
    });
    expect(sound(element("freedraw", { points: [[0, 0]], pressures: 3 }))).toMatchObject({ pressures: [] });
  });

  it("contains neither itself nor, as a frame, is it in another one", () => {
    const loop = sound(element("text", { text: "a", containerId: "e", frameId: "e" }));
    expect(loop).toMatchObject({ containerId: null, frameId: null });
    expect(sound(element("frame", { frameId: "other" }))).toMatchObject({ frameId: null });
  });

  it("is not shown where it has no points that can be", () => {
    expect(sound(element("freedraw", { points: [] }))).toBeNull();
    expect(sound(element("line", { points: [[0, 0]] }))).toBeNull();
    expect(
      sound(
        element("line", {
          points: [
            [0, 0],
            [1e300, 0],
          ],
        }),
      ),
    ).toBeNull();
  });

  it("has its place in the stack, or none", () => {
    for (const key of ["a0", "a1V", "Zz", "b00", "Yzz", "a0000V"]) {
      expect([key, isOrderKey(key)]).toEqual([key, true]);
    }
    for (const key of ["", "a", "a00", "b0", "0a", "a-1", "A00000000000000000000000000", 5, null, "é0"]) {
      expect([key, isOrderKey(key)]).toEqual([key, false]);
    }
    expect(sound(element("rectangle", { index: "a00" }))).not.toHaveProperty("index");
  });

  it("is something that Excalidraw can take up, whatever any of its fields was", () => {
    const line = { points: [[0, 0], [9, 9]] }; // prettier-ignore
    const kinds: Record<string, Record<string, unknown>> = {
      rectangle: {},
      text: { text: "Hi" },
      arrow: line,
      line,
      freedraw: line,
      image: {},
      frame: {},
    };
    const fields = [
      "angle",
      "link",
      "updated",
      "font",
      "fontSize",
      "startBinding",
      "elbowed",
      "boundElementIds",
    ];
    for (const [type, more] of Object.entries(kinds)) {
      for (const field of fields) {
        for (const value of WRONG) {
          const found = sound(element(type, { ...more, [field]: value }));
          expect(found).not.toBeNull();
          if (found) expect(() => restoreElements([found], null)).not.toThrow();
        }
      }
    }
  });
});
