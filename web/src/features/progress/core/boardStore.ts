import * as Y from "yjs";
import { Observable } from "@/collab/observable.ts";
import {
  isDamaged,
  readCell,
  readColumns,
  readPeople,
  type BoardCell,
  type BoardColumn,
  type BoardPerson,
} from "./board.ts";

/** One cell that has changed while the board was looked at. */
export interface Move {
  readonly person: string;
  readonly column: string;
  readonly cell: BoardCell;
}

const keyOf = (person: string, column: string) => `${person}\n${column}`;

/**
 * A board's document for the screen: a change of one cell redraws that cell and nothing else.
 *
 * What changes is gathered until the next frame, so that twenty changes a second are at most one small redraw per frame.
 */
export class BoardStore {
  readonly columns: Observable<readonly BoardColumn[]>;
  readonly people: Observable<readonly BoardPerson[]>;
  readonly damaged: Observable<boolean>;
  private readonly cells = new Map<string, BoardCell>();
  private readonly cellListeners = new Map<string, Set<() => void>>();
  private readonly moveListeners = new Set<(moves: readonly Move[]) => void>();
  private readonly dirtyPeople = new Set<string>();
  private readonly dirtyCells = new Set<string>();
  private structureChanged = false;
  private frame: number | null = null;

  constructor(private readonly doc: Y.Doc) {
    this.columns = new Observable(readColumns(doc));
    this.people = new Observable(readPeople(doc));
    this.damaged = new Observable(isDamaged(doc));
    doc.getArray("columns").observeDeep(this.onStructure);
    doc.getMap("people").observeDeep(this.onStructure);
    doc.getMap("rows").observeDeep(this.onRows);
    doc.getMap("marks").observeDeep(this.onRows);
  }

  close(): void {
    this.doc.getArray("columns").unobserveDeep(this.onStructure);
    this.doc.getMap("people").unobserveDeep(this.onStructure);
    this.doc.getMap("rows").unobserveDeep(this.onRows);
    this.doc.getMap("marks").unobserveDeep(this.onRows);
    if (this.frame !== null) cancelAnimationFrame(this.frame);
  }

  /** The cell as it is; the same object for as long as it says the same. */
  cell(person: string, column: string): BoardCell {
    const key = keyOf(person, column);
    let cell = this.cells.get(key);
    if (!cell) {
      cell = readCell(this.doc, person, column);
      this.cells.set(key, cell);
    }
    return cell;
  }

  subscribe(person: string, column: string, listener: () => void): () => void {
    const key = keyOf(person, column);
    const listeners = this.cellListeners.get(key) ?? new Set();
    this.cellListeners.set(key, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Hear of cells that move, once per frame at most. */
  onMoves(listener: (moves: readonly Move[]) => void): () => void {
    this.moveListeners.add(listener);
    return () => this.moveListeners.delete(listener);
  }

  private readonly onStructure = () => {
    this.structureChanged = true;
    this.flushSoon();
  };

  private readonly onRows = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[]) => {
    for (const event of events) {
      const [person] = event.path;
      if (person === undefined) for (const key of event.changes.keys.keys()) this.dirtyPeople.add(key);
      else if (event.path.length > 1 || !(event instanceof Y.YMapEvent)) this.dirtyPeople.add(String(person));
      else for (const column of event.keysChanged) this.dirtyCells.add(keyOf(String(person), String(column)));
    }
    this.flushSoon();
  };

  private flushSoon(): void {
    // A page in the background draws no frames; it catches up with the first one.
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.flush();
    });
  }

  /** Tell of everything that has changed. */
  flush(): void {
    for (const person of this.dirtyPeople) {
      for (const key of this.cells.keys()) if (key.startsWith(`${person}\n`)) this.dirtyCells.add(key);
    }
    const moves: Move[] = [];
    for (const key of this.dirtyCells) {
      const before = this.cells.get(key);
      const [person = "", column = ""] = key.split("\n");
      const cell = readCell(this.doc, person, column);
      if (before && same(before, cell)) continue;
      this.cells.set(key, cell);
      for (const listener of this.cellListeners.get(key) ?? []) listener();
      if (before?.state !== cell.state || before.score !== cell.score) moves.push({ person, column, cell });
    }
    const checkDamage = this.structureChanged || this.dirtyPeople.size > 0 || this.damaged.get();
    this.dirtyPeople.clear();
    this.dirtyCells.clear();
    if (this.structureChanged) {
      this.structureChanged = false;
      this.columns.set(readColumns(this.doc));
      this.people.set(readPeople(this.doc));
    }
    if (checkDamage) this.damaged.set(isDamaged(this.doc));
    if (moves.length > 0) for (const listener of this.moveListeners) listener(moves);
  }
}

const same = (a: BoardCell, b: BoardCell) =>
  a.state === b.state && a.score === b.score && a.at === b.at && a.remark === b.remark;
