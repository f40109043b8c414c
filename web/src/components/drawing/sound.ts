import type { OrderedExcalidrawElement } from "@excalidraw/excalidraw/element/types";

type Fits = (value: unknown) => boolean;

/** Beyond this nothing is drawn, and canvas arithmetic gets lost. */
const LARGEST = 1e7;
const FONT_LARGEST_PIXELS = 10_000;
const LONGEST_TEXT = 100_000;
const FRAMES = ["frame", "magicframe"];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const number =
  (least: number, most: number): Fits =>
  (value) =>
    typeof value === "number" && value >= least && value <= most;
const anyNumber = number(-LARGEST, LARGEST);
const words: Fits = (value) => typeof value === "string" && value.length <= LONGEST_TEXT;
const yesOrNo: Fits = (value) => typeof value === "boolean";
const oneOf =
  (...known: readonly unknown[]): Fits =>
  (value) =>
    known.includes(value);
const listOf =
  (fits: Fits): Fits =>
  (value) =>
    Array.isArray(value) && value.every(fits);
const orNull =
  (fits: Fits): Fits =>
  (value) =>
    value === null || fits(value);
const record =
  (fields: Readonly<Record<string, Fits>>): Fits =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([name, fits]) => fits(value[name]));
const pair = (fits: Fits): Fits => {
  const all = listOf(fits);
  return (value) => all(value) && (value as readonly unknown[]).length === 2;
};

const ARROWHEADS = [
  ...["arrow", "bar", "dot", "circle", "circle_outline", "triangle", "triangle_outline", "diamond"],
  ...["diamond_outline", "crowfoot_one", "crowfoot_many", "crowfoot_one_or_many"],
];
const binding = orNull(
  (value) =>
    record({ elementId: words, focus: anyNumber, gap: anyNumber })(value) &&
    optional(pair(anyNumber))((value as Record<string, unknown>)["fixedPoint"]),
);

function optional(fits: Fits): Fits {
  return (value) => value === undefined || value === null || fits(value);
}

const A = "A".charCodeAt(0);
const SMALLEST_KEY = /^A0{26}$/;

/** Whether a word is a place in the stack: a key of `fractional-indexing`, which throws at any other. */
export function isOrderKey(value: unknown): boolean {
  if (typeof value !== "string" || !/^[A-Za-z][0-9A-Za-z]*$/.test(value) || SMALLEST_KEY.test(value))
    return false;
  // The first letter says how long the whole part is: "a" two letters, "b" three; "Z" two, "Y" three.
  const head = value.charCodeAt(0) - A;
  const whole = head < 26 ? 27 - head : head - 30;
  return value.length === whole || (value.length > whole && !value.endsWith("0"));
}

/** What each field holds in Excalidraw (its `element/types.ts`); what is not here is carried along unread. */
const FIELDS: Readonly<Record<string, Fits>> = {
  index: orNull(isOrderKey),
  angle: anyNumber,
  strokeColor: words,
  backgroundColor: words,
  fillStyle: oneOf("hachure", "cross-hatch", "solid", "zigzag"),
  strokeWidth: number(0, 1000),
  strokeStyle: oneOf("solid", "dashed", "dotted"),
  roundness: orNull(
    (value) =>
      record({ type: oneOf(1, 2, 3) })(value) &&
      optional(number(0, LARGEST))((value as Record<string, unknown>)["value"]),
  ),
  roughness: number(0, 100),
  opacity: number(0, 100),
  seed: Number.isInteger,
  updated: number(0, Number.MAX_SAFE_INTEGER),
  isDeleted: yesOrNo,
  locked: yesOrNo,
  groupIds: listOf(words),
  frameId: orNull(words),
  boundElements: orNull(listOf(record({ id: words, type: oneOf("arrow", "text") }))),
  boundElementIds: listOf(words),
  strokeSharpness: oneOf("round", "sharp"),
  link: orNull(words),
  customData: isRecord,
  // Texts
  font: (value) => typeof value === "string" && /^[\d.]+px .+$/.test(value),
  fontSize: number(1, FONT_LARGEST_PIXELS),
  fontFamily: number(1, 100),
  textAlign: oneOf("left", "center", "right"),
  verticalAlign: oneOf("top", "middle", "bottom"),
  containerId: orNull(words),
  originalText: words,
  lineHeight: number(0.1, 100),
  autoResize: yesOrNo,
  // Lines
  startBinding: binding,
  endBinding: binding,
  startArrowhead: orNull(oneOf(...ARROWHEADS)),
  endArrowhead: orNull(oneOf(...ARROWHEADS)),
  elbowed: yesOrNo,
  fixedSegments: orNull(
    listOf(record({ start: pair(anyNumber), end: pair(anyNumber), index: Number.isInteger })),
  ),
  startIsSpecial: orNull(yesOrNo),
  endIsSpecial: orNull(yesOrNo),
  polygon: yesOrNo,
  pressures: listOf(number(0, 1)),
  simulatePressure: yesOrNo,
  // Pictures
  status: oneOf("pending", "saved", "error"),
  scale: (value) => pair(number(-100, 100))(value) && !(value as readonly unknown[]).includes(0),
  crop: orNull(
    record({
      x: anyNumber,
      y: anyNumber,
      width: number(1e-3, LARGEST),
      height: number(1e-3, LARGEST),
      naturalWidth: number(1e-3, LARGEST),
      naturalHeight: number(1e-3, LARGEST),
    }),
  ),
  name: orNull(words),
};

/** What Excalidraw does not put in place of something that is missing. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  text: { fontSize: 20, fontFamily: 5, lineHeight: 1.25 },
  freedraw: { pressures: [], simulatePressure: true },
  arrow: { elbowed: false },
  image: { fileId: null },
};

/**
 * Take out of a copy of an element what cannot be drawn, so that the rest of it can: any program with write access may have put anything
 * into any field. The document is left as it is until somebody changes the element here. Returns `null` where nothing is left to draw.
 */
export function sound(copy: OrderedExcalidrawElement): OrderedExcalidrawElement | null {
  const element = copy as unknown as Record<string, unknown>;
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(element)) {
    if (FIELDS[name]?.(value) !== false) found[name] = value;
  }
  for (const [name, value] of Object.entries(DEFAULTS[copy.type] ?? {})) found[name] ??= value;
  // Nothing contains itself.
  if (found["containerId"] === copy.id) found["containerId"] = null;
  if (found["frameId"] === copy.id || FRAMES.includes(copy.type)) found["frameId"] = null;
  const points = found["points"];
  if (Array.isArray(points)) {
    if (!points.every((point) => pair(anyNumber)((point as unknown[]).slice(0, 2)))) return null;
    if (copy.type === "freedraw" ? points.length < 1 : points.length < 2) return null;
  }
  return found as unknown as OrderedExcalidrawElement;
}
