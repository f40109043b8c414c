import { isElement } from "@/components/drawing/isElement.ts";
import { plainCopy, type BoardElement } from "./element.ts";

/** What the server says about a person; it replaces whatever a client claims. */
export interface PresentUser {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly color: string;
  readonly picture?: string | undefined;
}

export interface PresentPointer {
  readonly x: number;
  readonly y: number;
  readonly tool: "pointer" | "laser";
  readonly button: "up" | "down";
}

export interface PresentPerson {
  readonly clientId: number;
  readonly user: PresentUser;
  readonly pointer: PresentPointer | null;
  readonly selection: readonly string[];
  readonly strokes: readonly BoardElement[];
}

/** Points of a long line that travel as presence: enough to follow the hand, small enough for a whole class. */
const MOST_POINTS = 240;
/** Elements moved together that travel as presence. */
const MOST_STROKES = 40;

/** The present state of an element being drawn, thinned out; the document gets every point at pen-up. */
export function strokeForPresence(element: BoardElement): BoardElement {
  const copy = plainCopy(element) as unknown as Omit<BoardElement, "type"> & {
    points?: [number, number][];
    pressures?: number[];
  };
  if (!copy.points) return plainCopy(element);
  const stride = Math.max(1, Math.ceil(copy.points.length / MOST_POINTS));
  const last = copy.points.length - 1;
  const keep = (_: unknown, index: number) => index % stride === 0 || index === last;
  const points = copy.points.filter(keep).map(([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10]);
  const pressures = copy.pressures?.filter(keep).map((pressure) => Math.round(pressure * 100) / 100);
  return { ...copy, points, ...(pressures ? { pressures } : {}) } as unknown as BoardElement;
}

/** Presence fields for what this person is changing: one element as `stroke`, further ones beside it. */
export function strokeFields(elements: readonly BoardElement[]): {
  stroke: BoardElement | null;
  strokes: BoardElement[];
} {
  const [first, ...more] = elements.slice(0, MOST_STROKES).map(strokeForPresence);
  return { stroke: first ?? null, strokes: more };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readUser(value: unknown): PresentUser | null {
  if (!isRecord(value)) return null;
  const { id, name, role, color, picture } = value;
  if (typeof id !== "string" || typeof name !== "string") return null;
  const safeColor = typeof color === "string" && /^#[0-9a-f]{3,8}$/i.test(color) ? color : "#5b6770";
  return {
    id,
    name,
    role: typeof role === "string" ? role : "",
    color: safeColor,
    ...(typeof picture === "string" ? { picture } : {}),
  };
}

function readPointer(value: unknown): PresentPointer | null {
  if (!isRecord(value)) return null;
  const { x, y } = value;
  if (typeof x !== "number" || typeof y !== "number" || !Number.isFinite(x) || !Number.isFinite(y))
    return null;
  return {
    x,
    y,
    tool: value["tool"] === "laser" ? "laser" : "pointer",
    button: value["button"] === "down" ? "down" : "up",
  };
}

function readStroke(value: unknown): BoardElement[] {
  return isRecord(value) && typeof value["id"] === "string" && isElement(value["id"], value) ? [value] : [];
}

/** Read everybody else's presence; what is not understood is left out. */
export function readPeople(states: ReadonlyMap<number, unknown>, ownClientId: number): PresentPerson[] {
  const people: PresentPerson[] = [];
  for (const [clientId, state] of states) {
    if (clientId === ownClientId || !isRecord(state)) continue;
    const user = readUser(state["user"]);
    if (!user) continue;
    const selection = Array.isArray(state["selection"]) ? state["selection"] : [];
    const more = Array.isArray(state["strokes"]) ? state["strokes"].slice(0, MOST_STROKES) : [];
    people.push({
      clientId,
      user,
      pointer: readPointer(state["pointer"]),
      selection: selection.filter((id): id is string => typeof id === "string"),
      strokes: [...readStroke(state["stroke"]), ...more.flatMap(readStroke)],
    });
  }
  return people;
}

/** Everybody's strokes by element id; where two people hold one element, the newer state shows. */
export function strokesOf(people: readonly PresentPerson[]): Map<string, BoardElement> {
  const strokes = new Map<string, BoardElement>();
  for (const stroke of people.flatMap((person) => person.strokes)) {
    const other = strokes.get(stroke.id);
    if (!other || other.version < stroke.version) strokes.set(stroke.id, stroke);
  }
  return strokes;
}
