import type * as Y from "yjs";

/** Somebody named on the stage. */
export interface StagePerson {
  readonly userId: string;
  readonly name: string;
}

export interface Hand extends StagePerson {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly raisedAt: number;
}

export type Activity =
  | { readonly kind: "none" }
  | { readonly kind: "video" }
  | {
      readonly kind: "document";
      readonly documentId: string;
      readonly documentKind: string;
      readonly title: string;
      readonly slideId: string | null;
    };

/** What a session's stage shows, read from its live document. */
export interface StageState {
  readonly running: boolean;
  readonly activity: Activity;
  readonly putBy: StagePerson | null;
  readonly presenter: StagePerson | null;
  readonly locked: boolean;
  readonly roam: boolean;
  readonly timerEndsAt: number | null;
  readonly hands: readonly Hand[];
}

const NOTHING: Activity = { kind: "none" };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

function readTime(value: unknown): number | null {
  const time = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? null : time;
}

function readPerson(value: unknown): StagePerson | null {
  if (!isRecord(value)) return null;
  const userId = text(value["user_id"]);
  const name = text(value["name"]);
  return userId !== null && name !== null ? { userId, name } : null;
}

function readActivity(value: unknown): Activity {
  if (!isRecord(value)) return NOTHING;
  if (value["kind"] === "video") return { kind: "video" };
  const documentId = text(value["document_id"]);
  const documentKind = text(value["document_kind"]);
  if (value["kind"] !== "document" || documentId === null || documentKind === null) return NOTHING;
  return {
    kind: "document",
    documentId,
    documentKind,
    title: text(value["title"]) ?? "",
    slideId: text(value["slide_id"]),
  };
}

function readHands(values: readonly unknown[]): Hand[] {
  return values.flatMap((value) => {
    const person = readPerson(value);
    const raisedAt = isRecord(value) ? readTime(value["raised_at"]) : null;
    return person && raisedAt !== null ? [{ ...person, raisedAt }] : [];
  });
}

/** What the stage makes of a student's pen in a document, whatever the document's settings say. */
export function penOnStage(
  { activity, presenter, locked }: StageState,
  documentId: string,
  userId: string,
): "given" | "taken" | undefined {
  if (activity.kind !== "document" || activity.documentId !== documentId) return undefined;
  if (presenter?.userId === userId) return "given";
  return locked ? "taken" : undefined;
}

/** Read the stage; what is not understood counts as not there. */
export function readStage(doc: Y.Doc): StageState {
  const stage = doc.getMap("stage");
  const timer = stage.get("timer");
  return {
    running: stage.get("state") !== "ended",
    activity: readActivity(stage.get("activity")),
    putBy: readPerson(stage.get("put_by")),
    presenter: readPerson(stage.get("presenter")),
    locked: stage.get("locked") === true,
    roam: stage.get("roam") === true,
    timerEndsAt: isRecord(timer) ? readTime(timer["ends_at"]) : null,
    hands: readHands(doc.getArray("hands").toArray()),
  };
}
