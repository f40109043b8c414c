import { describe, expect, it } from "vitest";
import { Framing, type CanvasView } from "./framing.ts";

/** A canvas that tells of each change, as Excalidraw does. */
function canvas(view: Partial<CanvasView> = {}, empty = false, follows = false) {
  let now: CanvasView = { scrollX: 5, scrollY: 5, zoom: 1, width: 1000, height: 600, busy: false, ...view };
  const asked: string[] = [];
  let beyond: string | null = null;
  const framing = new Framing(
    {
      view: () => now,
      showAll: () => {
        asked.push("all");
        return !empty;
      },
      beyond: () => beyond,
      scroll: (to) => {
        asked.push("scroll");
        change(to);
      },
    },
    follows,
  );
  function change(changes: Partial<CanvasView>) {
    now = { ...now, ...changes };
    framing.changed();
  }
  const draw = (reach: string | null) => {
    beyond = reach;
    framing.changed();
  };
  return { asked, change, draw, view: () => now };
}

describe("framing", () => {
  it("shows all of a board again when the frame changes and nobody has looked elsewhere", () => {
    const { asked, change } = canvas();
    change({ scrollX: 40, scrollY: 20, zoom: 0.5 });
    change({ width: 700 });
    change({ scrollX: 30, zoom: 0.35 });
    change({ width: 1000 });
    expect(asked).toEqual(["all", "all", "all"]);
  });

  it("keeps in the middle what somebody looks at", () => {
    const { asked, change, view } = canvas();
    change({ scrollX: 40, scrollY: 20, zoom: 0.5 });
    change({ scrollX: 100 });
    change({ width: 700, height: 500 });
    expect(view()).toMatchObject({ scrollX: 100 - 300, scrollY: 20 - 100 });
    change({ width: 1000, height: 600 });
    expect(view()).toMatchObject({ scrollX: 100, scrollY: 20 });
    expect(asked).toEqual(["all", "scroll", "scroll"]);
  });

  it("follows what is drawn where nobody steers", () => {
    const { asked, change, draw } = canvas({}, false, true);
    change({ zoom: 0.5 });
    draw(null);
    draw("1,2,3,4");
    change({ zoom: 0.4 });
    draw("1,2,3,4");
    change({ scrollX: 70, width: 900 });
    expect(asked).toEqual(["all", "all", "all"]);
    const board = canvas();
    board.change({ zoom: 0.5 });
    board.draw("1,2,3,4");
    expect(board.asked).toEqual(["all"]);
  });

  it("leaves an empty board where it is but for its middle", () => {
    const { change, view } = canvas({}, true);
    change({ zoom: 2 });
    change({ width: 600 });
    expect(view()).toMatchObject({ scrollX: 5 - 100, scrollY: 5 });
  });

  it("moves nothing under somebody's pen", () => {
    const { asked, change } = canvas();
    change({ busy: true });
    change({ width: 700 });
    expect(asked).toEqual(["all"]);
  });

  it("passes over the time in which the board is hidden", () => {
    const { asked, change } = canvas({ width: 0, height: 0 });
    change({ width: 1000, height: 600 });
    change({ scrollX: 1 });
    change({ width: 0, height: 0 });
    change({ width: 1000, height: 600 });
    expect(asked).toEqual(["all", "all"]);
  });
});
