import { sound } from "@/components/drawing/sound.ts";
import { byIndexThenId, isNewer, plainCopy, stampOf, type BoardElement } from "./element.ts";
import { isInProgress, type Activity } from "./inProgress.ts";
import type { SharedElements } from "./sharedElements.ts";

/** The drawing surface, as far as the binding needs it (Excalidraw; a small stand-in in tests). */
export interface Canvas {
  /** Every element in the scene, deleted ones included, in order. */
  elements(): readonly BoardElement[];
  activity(): Activity;
  /** Replace the scene without entering the person's undo history. */
  replace(elements: readonly BoardElement[]): void;
  /** Merge by Excalidraw's rules (`reconcileElements`); may repair indices in place. */
  reconcile(local: readonly BoardElement[], remote: readonly BoardElement[]): BoardElement[];
  /** Fill in what an older or foreign writer left out; `null` when it cannot be drawn after all. */
  restore(element: BoardElement): BoardElement | null;
}

/** Where an element in the scene came from. */
type Source = { readonly from: "document" | "stroke"; readonly raw: BoardElement };

/**
 * Keep one scene and one document's elements in step.
 *
 * The document is the truth for everything the person has not touched. What they changed is theirs until pen-up, then
 * it is written. Repairs that Excalidraw makes on arrival (indices, defaults) get a stamp here and are never written
 * back, or two clients would repair each other for ever.
 */
export class SceneBinding {
  /** Stamps of elements the scene holds as we put them there or wrote them: no news in them. */
  private readonly settled = new Map<string, string>();
  private readonly sources = new Map<string, Source>();
  /** Stamp of what this person wrote last, by id. */
  private readonly written = new Map<string, string>();
  private strokes: ReadonlyMap<string, BoardElement> = new Map();
  private applying = false;

  pointerDown = false;
  writable = true;

  constructor(
    private readonly canvas: Canvas,
    private readonly shared: SharedElements,
  ) {}

  /** Elements the person is changing this moment: what others see of it travels as presence. */
  inProgress(): BoardElement[] {
    const activity = this.canvas.activity();
    return this.touched().filter((element) => isInProgress(element, activity, this.pointerDown));
  }

  /** The scene changed: write what is finished. Returns how many elements were written. */
  localChange({ everything = false }: { everything?: boolean } = {}): number {
    if (this.applying || !this.writable) return 0;
    const activity = this.canvas.activity();
    const finished: BoardElement[] = [];
    for (const element of this.touched()) {
      if (!everything && isInProgress(element, activity, this.pointerDown)) continue;
      this.settle(element);
      const known = this.shared.get(element.id);
      // Gone before anybody saw it: nothing to tell.
      if (!known && element.isDeleted) continue;
      if (known && !isNewer(element, known)) continue;
      finished.push(element);
    }
    this.shared.write(finished);
    for (const element of finished) {
      const raw = this.shared.get(element.id);
      if (raw) this.sources.set(element.id, { from: "document", raw });
      this.written.set(element.id, stampOf(element));
    }
    // Where indices had been repaired here, the new neighbours were placed among repairs that nobody else has:
    // stack again from what the document says, as everybody else does.
    if (finished.length > 0 && this.holdsRepairs()) this.remoteChange(this.strokes, { again: true });
    return finished.length;
  }

  /** Bring the scene to what the document and other people's strokes say now. */
  remoteChange(
    strokes: ReadonlyMap<string, BoardElement> = this.strokes,
    { again = false }: { again?: boolean } = {},
  ): void {
    this.strokes = strokes;
    const touched = new Set(this.writable ? this.touched().map(({ id }) => id) : []);
    const scene = new Map(this.canvas.elements().map((element) => [element.id, element]));
    const next = new Map<string, Source>();
    const overruled: BoardElement[] = [];

    for (const [id, raw] of this.shared.all()) {
      const current = scene.get(id);
      const ours = current && !touched.has(id) && this.written.get(id) === stampOf(current);
      if (ours && this.writable && isNewer(current, raw) && !this.strokes.has(id)) {
        // Yjs chose another writer's older state over ours; by Excalidraw's rule ours wins everywhere.
        overruled.push(current);
      }
      next.set(id, { from: "document", raw });
    }
    for (const [id, stroke] of this.strokes) {
      const known = next.get(id)?.raw;
      if (!touched.has(id) && (!known || isNewer(stroke, known)))
        next.set(id, { from: "stroke", raw: stroke });
    }
    if (overruled.length > 0) {
      this.shared.write(overruled);
      for (const { id } of overruled) {
        const raw = this.shared.get(id);
        if (raw) next.set(id, { from: "document", raw });
      }
    }
    if (!again && !this.differs(next, scene, touched)) return;

    const remote: BoardElement[] = [];
    for (const [id, source] of next) {
      const current = scene.get(id);
      const unchanged =
        current && this.sources.get(id)?.raw === source.raw && current.index === source.raw.index;
      if (unchanged && !touched.has(id)) {
        remote.push(current);
        continue;
      }
      const copy = this.presentable(source);
      if (copy) remote.push(copy);
    }
    remote.sort(byIndexThenId);
    const local = this.canvas
      .elements()
      .filter((element) => touched.has(element.id) || (element.isDeleted && !next.has(element.id)));
    const merged = this.canvas.reconcile(local, remote);
    this.replace(merged, next, touched);
    // What won the merge and is finished goes out now.
    this.localChange();
  }

  /** Take the person's unfinished changes back out of the scene. Returns whether there were any. */
  discardLocal(): boolean {
    const touched = this.touched().length > 0;
    if (touched) {
      for (const { id } of this.touched()) this.sources.delete(id);
      const writable = this.writable;
      this.writable = false;
      this.remoteChange();
      this.writable = writable;
    }
    return touched;
  }

  /** Elements that differ from what we put into the scene: the person's own doing. */
  private touched(): BoardElement[] {
    return this.canvas.elements().filter((element) => this.isTouched(element));
  }

  private isTouched(element: BoardElement): boolean {
    return (
      this.settled.get(element.id) !== stampOf(element) && this.sources.get(element.id)?.from !== "stroke"
    );
  }

  private differs(
    next: ReadonlyMap<string, Source>,
    scene: ReadonlyMap<string, BoardElement>,
    touched: ReadonlySet<string>,
  ): boolean {
    for (const [id, source] of next) {
      if (this.sources.get(id)?.raw !== source.raw) return true;
    }
    for (const element of scene.values()) {
      if (!next.has(element.id) && !element.isDeleted && !touched.has(element.id)) return true;
    }
    return false;
  }

  private holdsRepairs(): boolean {
    return this.canvas.elements().some((element) => {
      const source = this.sources.get(element.id);
      return source !== undefined && source.raw.index !== element.index && !this.isTouched(element);
    });
  }

  private presentable(source: Source): BoardElement | null {
    const drawable = sound(plainCopy(source.raw));
    const restored = drawable ? this.canvas.restore(drawable) : null;
    if (!drawable || !restored) return null;
    // Restoring is our doing, not the author's: it must not look newer than what they wrote.
    const { version, versionNonce } = source.raw;
    const own = { ...restored, version, versionNonce, index: drawable.index };
    return source.from === "stroke" ? { ...own, locked: true } : own;
  }

  private replace(
    merged: readonly BoardElement[],
    next: ReadonlyMap<string, Source>,
    touched: ReadonlySet<string>,
  ): void {
    const before = new Map(this.canvas.elements().map((element) => [element.id, element]));
    const kept = new Set(
      merged.filter((element) => touched.has(element.id) && before.get(element.id) === element),
    );
    const keptIds = new Set([...kept].map(({ id }) => id));
    this.applying = true;
    try {
      this.canvas.replace(merged);
    } finally {
      this.applying = false;
    }
    this.sources.clear();
    for (const [id, source] of next) this.sources.set(id, source);
    for (const element of this.canvas.elements()) {
      if (!keptIds.has(element.id)) this.settle(element);
    }
  }

  private settle(element: BoardElement): void {
    this.settled.set(element.id, stampOf(element));
  }
}
