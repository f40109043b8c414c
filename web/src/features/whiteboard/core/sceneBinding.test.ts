import { reconcileElements, restoreElements } from "@excalidraw/excalidraw";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { byIndexThenId, stampOf, type BoardElement } from "./element.ts";
import type { Activity } from "./inProgress.ts";
import { readPeople, strokeFields, strokesOf } from "./presence.ts";
import { SceneBinding, type Canvas } from "./sceneBinding.ts";
import { ELEMENTS, SharedElements } from "./sharedElements.ts";

const IDLE: Activity = {
  newElement: null,
  multiElement: null,
  editingTextElement: null,
  resizingElement: null,
};

/** A seeded source of numbers (mulberry32), so that a failing run can be repeated. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Behaves like Excalidraw: edits its objects in place, raises versions, repairs indices on every replacement. */
class PaperCanvas implements Canvas {
  scene: BoardElement[] = [];
  now: Activity = IDLE;
  replacements = 0;

  elements = () => this.scene;
  activity = () => this.now;
  replace(elements: readonly BoardElement[]): void {
    this.replacements += 1;
    this.scene = [...elements];
  }
  reconcile(local: readonly BoardElement[], remote: readonly BoardElement[]): BoardElement[] {
    return reconcileElements(local, remote as never, this.now as never);
  }
  restore(element: BoardElement): BoardElement | null {
    return restoreElements([element], null)[0] ?? null;
  }
}

class Client {
  readonly document = new Y.Doc();
  readonly canvas = new PaperCanvas();
  readonly shared = new SharedElements(this.document, { client: this });
  readonly binding = new SceneBinding(this.canvas, this.shared);
  writes = 0;

  constructor(private readonly random: () => number) {
    this.shared.observe(() => this.binding.remoteChange());
    this.document.on(
      "update",
      (_update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) => {
        if (transaction.local) this.writes += 1;
      },
    );
  }

  private nonce = () => Math.floor(this.random() * 2 ** 31);

  draw(id: string, values: Record<string, unknown> = {}): void {
    const element = {
      id,
      type: "rectangle",
      x: 0,
      y: 0,
      width: 100,
      height: 60,
      angle: 0,
      version: 1,
      versionNonce: this.nonce(),
      index: null,
      isDeleted: false,
      groupIds: [],
      boundElements: null,
      seed: 1,
      ...values,
    };
    // As Excalidraw does on insertion: the index is found among the neighbours.
    this.canvas.scene = restoreElements([...this.canvas.scene, element as never], null).map((restored) => {
      return this.canvas.scene.find(({ id: known }) => known === restored.id) ?? restored;
    });
    this.binding.localChange();
  }

  change(id: string, values: Record<string, unknown>): void {
    const element = this.canvas.scene.find((one) => one.id === id);
    if (!element) throw new Error(`${id} is not on this canvas`);
    Object.assign(element, values, { version: element.version + 1, versionNonce: this.nonce() });
    this.binding.localChange();
  }

  shown(): BoardElement[] {
    return this.canvas.scene.filter(({ isDeleted }) => !isDeleted);
  }
}

/** Exchange everything until nobody has news. */
function meet(...clients: Client[]): void {
  for (let round = 0; round < 10; round++) {
    let news = false;
    for (const from of clients) {
      for (const to of clients) {
        const update = Y.encodeStateAsUpdate(from.document, Y.encodeStateVector(to.document));
        const before = JSON.stringify(to.shared.all().size) + String(to.writes) + stateOf(to);
        Y.applyUpdate(to.document, update, "network");
        news ||= before !== JSON.stringify(to.shared.all().size) + String(to.writes) + stateOf(to);
      }
    }
    if (!news) return;
  }
  throw new Error("the clients never came to rest");
}

function stateOf(client: Client): string {
  return JSON.stringify([...client.shared.all()].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function pictureOf(client: Client): unknown {
  return [...client.shown()].sort(byIndexThenId).map(({ id, x, y, width }) => ({ id, x, y, width }));
}

function clients(count: number, seed = 7): Client[] {
  const random = numbers(seed);
  return Array.from({ length: count }, () => new Client(random));
}

describe("the scene and the document", () => {
  it("shows everybody what one person drew", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    teacher.draw("a", { x: 5 });
    meet(teacher, student);
    expect(pictureOf(student)).toEqual([{ id: "a", x: 5, y: 0, width: 100 }]);
  });

  it("keeps a deletion as a tombstone in the document", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    teacher.draw("a");
    meet(teacher, student);
    student.change("a", { isDeleted: true });
    meet(teacher, student);
    expect(teacher.shown()).toEqual([]);
    expect(teacher.shared.get("a")?.isDeleted).toBe(true);
  });

  it("writes nothing back for what it received, even where indices had to be repaired", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    const same = { index: "a1" };
    teacher.document.transact(() => {
      const map = teacher.document.getMap(ELEMENTS);
      for (const id of ["a", "b", "c"]) {
        map.set(id, {
          ...restoreElements([{ id, type: "ellipse", x: 1, y: 1, width: 9, height: 9 } as never], null)[0],
          ...same,
        });
      }
    }, "another program");
    const before = teacher.writes;
    meet(teacher, student);
    for (const client of [teacher, student]) {
      client.binding.localChange();
      client.binding.remoteChange();
      client.binding.localChange();
    }
    expect(student.writes).toBe(0);
    expect(teacher.writes).toBe(before);
    expect(new Set(student.canvas.scene.map(({ index }) => index)).size).toBe(3);
  });

  it("takes another person's edit of an element whose index was repaired here", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    const blank = restoreElements(
      [{ id: "a", type: "ellipse", x: 1, y: 1, width: 9, height: 9 } as never],
      null,
    )[0];
    teacher.document.getMap(ELEMENTS).set("a", { ...blank, index: "a1", version: 3, versionNonce: 5 });
    teacher.document
      .getMap(ELEMENTS)
      .set("b", { ...blank, id: "b", index: "a1", version: 3, versionNonce: 5 });
    meet(teacher, student);
    teacher.document
      .getMap(ELEMENTS)
      .set("b", { ...blank, id: "b", index: "a1", version: 4, versionNonce: 2 ** 31, x: 77 });
    meet(teacher, student);
    expect(student.canvas.scene.find(({ id }) => id === "b")?.x).toBe(77);
  });

  it("lets the higher version win when two people change one element apart", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const [teacher, student] = clients(2, seed) as [Client, Client];
      teacher.draw("a");
      meet(teacher, student);
      teacher.change("a", { x: 10 });
      student.change("a", { x: 20 });
      student.change("a", { x: 30 });
      meet(teacher, student);
      expect(pictureOf(teacher)).toEqual([{ id: "a", x: 30, y: 0, width: 100 }]);
      expect(pictureOf(student)).toEqual(pictureOf(teacher));
    }
  });

  it("brings three people who draw at random, apart and together, to the same board", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = numbers(seed);
      const everybody = clients(3, seed * 1000);
      for (let step = 0; step < 60; step++) {
        const client = everybody[Math.floor(random() * 3)] as Client;
        const known = client.shown();
        const pick = known[Math.floor(random() * known.length)];
        const dice = random();
        if (!pick || dice < 0.3) client.draw(`${seed}-${step}`, { x: Math.floor(random() * 500) });
        else if (dice < 0.7) client.change(pick.id, { x: Math.floor(random() * 500) });
        else if (dice < 0.8) client.change(pick.id, { isDeleted: true });
        else if (dice < 0.9) client.change(pick.id, { index: client.shown()[0]?.index ?? null });
        else {
          const other = everybody[Math.floor(random() * 3)] as Client;
          if (other !== client) meet(client, other);
        }
      }
      meet(...everybody);
      const [first, ...rest] = everybody.map((client) => ({
        state: stateOf(client),
        picture: pictureOf(client),
      }));
      for (const other of rest) expect(other, `seed ${seed}`).toEqual(first);
    }
  });

  it("comes to rest: a meeting without edits writes nothing", () => {
    const everybody = clients(3);
    everybody.forEach((client, index) => client.draw(`e${index}`));
    meet(...everybody);
    const writes = everybody.map((client) => client.writes);
    for (const client of everybody) client.binding.localChange();
    meet(...everybody);
    expect(everybody.map((client) => client.writes)).toEqual(writes);
  });

  it("passes over what is not an element", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    const map = teacher.document.getMap<unknown>(ELEMENTS);
    const junk = [
      1,
      "text",
      null,
      [],
      { id: "other" },
      { id: "j6", type: "rectangle", x: "left" },
      {
        id: "j7",
        type: "line",
        x: 0,
        y: 0,
        width: 1,
        height: 1,
        version: 1,
        versionNonce: 1,
        points: [["a", 1]],
      },
      new Y.Map(),
    ];
    junk.forEach((value, index) => map.set(`j${index}`, value));
    teacher.draw("a");
    meet(teacher, student);
    expect(student.shown().map(({ id }) => id)).toEqual(["a"]);
  });

  it("does not let edits on the canvas reach the document behind its back", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    teacher.draw("a", { x: 1 });
    meet(teacher, student);
    const shown = student.canvas.scene[0] as { x: number };
    shown.x = 999;
    expect(student.shared.get("a")?.x).toBe(1);
  });
});

describe("a stroke in progress", () => {
  function strokesFrom(client: Client) {
    const state = {
      user: { id: "u", name: "Ada", role: "student", color: "#334455" },
      ...strokeFields(client.binding.inProgress()),
    };
    return strokesOf(readPeople(new Map([[1, state]]), 2));
  }

  it("is not in the document before pen-up", () => {
    const [teacher] = clients(1) as [Client];
    teacher.binding.pointerDown = true;
    teacher.draw("a");
    teacher.change("a", { width: 300 });
    expect(teacher.writes).toBe(0);
    teacher.binding.pointerDown = false;
    teacher.binding.localChange();
    expect(teacher.writes).toBe(1);
    expect(teacher.shared.get("a")?.width).toBe(300);
  });

  it("is shown to others, is never written by them, and vanishes with its author", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    teacher.binding.pointerDown = true;
    teacher.draw("a", { x: 3 });
    student.binding.remoteChange(strokesFrom(teacher));
    expect(student.shown().map(({ id, locked }) => ({ id, locked }))).toEqual([{ id: "a", locked: true }]);
    student.binding.localChange({ everything: true });
    expect(student.writes).toBe(0);
    student.binding.remoteChange(new Map());
    expect(student.shown()).toEqual([]);
  });

  it("gives way to the real element", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    teacher.binding.pointerDown = true;
    teacher.draw("a", { x: 3 });
    const strokes = strokesFrom(teacher);
    student.binding.remoteChange(strokes);
    teacher.binding.pointerDown = false;
    teacher.change("a", { x: 4 });
    meet(teacher, student);
    expect(student.shown().map(({ x, locked }) => ({ x, locked }))).toEqual([{ x: 4, locked: false }]);
    student.binding.localChange();
    expect(student.writes).toBe(0);
  });

  it("moves an existing element for others, and back when its author gives up", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    teacher.draw("a", { x: 0 });
    meet(teacher, student);
    teacher.binding.pointerDown = true;
    teacher.change("a", { x: 50 });
    student.binding.remoteChange(strokesFrom(teacher));
    expect(student.shown()[0]?.x).toBe(50);
    student.binding.remoteChange(new Map());
    expect(student.shown()[0]?.x).toBe(0);
    expect(student.writes).toBe(0);
  });

  it("survives what others do meanwhile", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    student.binding.pointerDown = true;
    student.draw("mine", { width: 40 });
    teacher.draw("theirs");
    meet(teacher, student);
    expect(
      student
        .shown()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["mine", "theirs"]);
    student.binding.pointerDown = false;
    student.binding.localChange();
    meet(teacher, student);
    expect(pictureOf(teacher)).toEqual(pictureOf(student));
  });

  it("is dropped when the board is locked mid-stroke, and nothing of it is written", () => {
    const [teacher, student] = clients(2) as [Client, Client];
    teacher.draw("a", { x: 0 });
    meet(teacher, student);
    student.binding.pointerDown = true;
    student.change("a", { x: 90 });
    student.draw("b");
    student.binding.writable = false;
    expect(student.binding.discardLocal()).toBe(true);
    student.binding.pointerDown = false;
    student.binding.localChange();
    expect(student.shown().map(({ id, x }) => ({ id, x }))).toEqual([{ id: "a", x: 0 }]);
    expect(student.writes).toBe(0);
  });

  it("is thinned out for presence but keeps its end", () => {
    const points = Array.from({ length: 5000 }, (_, index) => [index / 3, index / 7]);
    const [teacher] = clients(1) as [Client];
    teacher.binding.pointerDown = true;
    teacher.draw("f", { type: "freedraw", points, pressures: [], simulatePressure: true });
    const { stroke } = strokeFields(teacher.binding.inProgress());
    const sent = (stroke as unknown as { points: number[][] }).points;
    expect(sent.length).toBeLessThan(300);
    expect(sent.at(-1)).toEqual([1666.3, 714.1]);
    expect(stampOf(stroke as BoardElement)).toBe(stampOf(teacher.binding.inProgress()[0] as BoardElement));
  });
});
