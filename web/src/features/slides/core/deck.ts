import * as Y from "yjs";

/** Who turns the pages: the teacher for all, or everybody for themselves. */
export type Pace = "teacher" | "student";

/** One slide, as far as sense can be made of it. */
export interface Slide {
  readonly id: string;
  readonly title: string;
  readonly fileId: string | null;
  readonly page: number | null;
  readonly boardId: string | null;
  readonly pollId: string | null;
}

export interface DeckState {
  readonly slides: readonly Slide[];
  /** Where the class is; null in a deck without slides. */
  readonly at: Slide | null;
  readonly pace: Pace;
  /** What students may do on the boards over the slides, as the server last told; the boards' own access decides. */
  readonly annotations: "none" | "read" | "write";
  /** Something stands in the document that is not as decks are: another program wrote it. The teacher can have it repaired. */
  readonly odd: boolean;
}

const FIELDS = ["id", "title", "file_id", "page", "board_id", "poll_id"] as const;
const MOST_TITLE_LETTERS = 200;

const slidesOf = (doc: Y.Doc) => doc.getArray<unknown>("slides");
const positionOf = (doc: Y.Doc) => doc.getMap<unknown>("position");

function plain(item: unknown): Record<string, unknown> | null {
  if (item instanceof Y.Map) return Object.fromEntries(item.entries());
  return typeof item === "object" && item !== null && !Array.isArray(item)
    ? (item as Record<string, unknown>)
    : null;
}

const words = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

function readSlide(item: unknown): Slide | null {
  const value = plain(item);
  if (!value || typeof value["id"] !== "string") return null;
  const page = value["page"];
  const title: unknown = value["title"] instanceof Y.Text ? value["title"].toJSON() : value["title"];
  return {
    id: value["id"],
    title: (words(title) ?? "").slice(0, MOST_TITLE_LETTERS),
    fileId: words(value["file_id"]),
    page: typeof page === "number" && Number.isInteger(page) && page > 0 ? page : null,
    boardId: words(value["board_id"]),
    pollId: words(value["poll_id"]),
  };
}

function isAsWritten(item: unknown): boolean {
  if (!(item instanceof Y.Map)) return false;
  return FIELDS.every((field) => {
    const value: unknown = item.get(field);
    return value === undefined || (field === "page" ? typeof value === "number" : typeof value === "string");
  });
}

/** Read a deck, whatever its writers put there; of a slide that stands twice the first one counts. */
export function readDeck(doc: Y.Doc): DeckState {
  const items = slidesOf(doc).toArray();
  const found = new Map<string, Slide>();
  for (const item of items) {
    const slide = readSlide(item);
    if (slide && !found.has(slide.id)) found.set(slide.id, slide);
  }
  const slides = [...found.values()];
  const position = positionOf(doc);
  const pace = position.get("pace");
  const told = doc.getMap<unknown>("deck").get("annotations");
  const at = found.get(String(position.get("slide_id"))) ?? slides[0] ?? null;
  return {
    slides,
    at,
    pace: pace === "student" ? "student" : "teacher",
    annotations: told === "none" || told === "write" ? told : "read",
    odd: found.size !== items.length || !items.every(isAsWritten),
  };
}

function put(map: Y.Map<unknown>, name: string, value: unknown): void {
  if (map.get(name) !== value) map.set(name, value);
}

/** Bring the class to a slide. */
export function turnTo(doc: Y.Doc, slideId: string): void {
  put(positionOf(doc), "slide_id", slideId);
}

export function setPace(doc: Y.Doc, pace: Pace): void {
  put(positionOf(doc), "pace", pace);
}

function placeOf(doc: Y.Doc, slideId: string): number {
  return slidesOf(doc)
    .toArray()
    .findIndex((item) => plain(item)?.["id"] === slideId);
}

/** A copy that can be put elsewhere: in Yjs nothing moves. Fields that only other programs know stay with it. */
function copyOf(item: unknown): Y.Map<unknown> {
  const fields = Object.entries(plain(item) ?? {}).map(
    ([name, value]) => [name, value instanceof Y.AbstractType ? value.clone() : value] as const,
  );
  return new Y.Map(fields);
}

/** Move a slide before the one that is at `to` now; `to` may be one past the last. */
export function moveSlide(doc: Y.Doc, slideId: string, to: number): void {
  const shown = readDeck(doc).slides;
  const from = shown.findIndex(({ id }) => id === slideId);
  if (from < 0 || to === from || to === from + 1) return;
  const before = shown[to];
  doc.transact(() => {
    const slides = slidesOf(doc);
    const at = placeOf(doc, slideId);
    const copy = copyOf(slides.get(at));
    slides.delete(at);
    const target = before ? placeOf(doc, before.id) : slides.length;
    slides.insert(target < 0 ? slides.length : target, [copy]);
  });
}

export function renameSlide(doc: Y.Doc, slideId: string, title: string): void {
  doc.transact(() => {
    const slides = slidesOf(doc);
    const at = placeOf(doc, slideId);
    const item: unknown = slides.get(at);
    if (item instanceof Y.Map) put(item, "title", title.slice(0, MOST_TITLE_LETTERS));
  });
}

/** Insert a slide behind another one (or at the end): an empty page, or a question. Returns its id. */
export function insertSlide(
  doc: Y.Doc,
  slide: { id: string; title: string; pollId?: string; after: string | null },
): string {
  doc.transact(() => {
    const slides = slidesOf(doc);
    const behind = slide.after === null ? -1 : placeOf(doc, slide.after);
    const made = new Y.Map<unknown>([
      ["id", slide.id],
      ["title", slide.title.slice(0, MOST_TITLE_LETTERS)],
      ...(slide.pollId ? ([["poll_id", slide.pollId]] as const) : []),
    ]);
    slides.insert(behind < 0 ? slides.length : behind + 1, [made]);
  });
  return slide.id;
}

/** Take a slide out; the class moves to the next one. Returns what puts it back. */
export function deleteSlide(doc: Y.Doc, slideId: string): () => void {
  const { slides: shown, at: there } = readDeck(doc);
  const index = shown.findIndex(({ id }) => id === slideId);
  const place = placeOf(doc, slideId);
  if (index < 0 || place < 0) return () => undefined;
  const kept = copyOf(slidesOf(doc).get(place));
  const before = shown[index - 1]?.id ?? null;
  doc.transact(() => {
    slidesOf(doc).delete(place);
    if (there?.id === slideId) {
      const next = shown[index + 1] ?? shown[index - 1];
      if (next) turnTo(doc, next.id);
    }
  });
  return () =>
    doc.transact(() => {
      if (placeOf(doc, slideId) >= 0) return;
      slidesOf(doc).insert(before === null ? 0 : placeOf(doc, before) + 1, [kept]);
    });
}
