import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type * as Y from "yjs";
import { Observable } from "@/collab/observable.ts";
import type { BoardCell } from "./core/board.ts";
import { BoardStore } from "./core/boardStore.ts";

/** Watch a board's document for as long as it is shown. */
export function useBoardStore(doc: Y.Doc | null): BoardStore | null {
  const [holder] = useState(() => new Observable<BoardStore | null>(null));
  useEffect(() => {
    if (!doc) return;
    const store = new BoardStore(doc);
    holder.set(store);
    return () => {
      holder.set(null);
      store.close();
    };
  }, [doc, holder]);
  return useSyncExternalStore(holder.subscribe, holder.get);
}

export function useObserved<T>(observable: Observable<T>): T {
  return useSyncExternalStore(observable.subscribe, observable.get);
}

export function useCell(store: BoardStore, person: string, column: string): BoardCell {
  const subscribe = useCallback(
    (listener: () => void) => store.subscribe(person, column, listener),
    [column, person, store],
  );
  return useSyncExternalStore(subscribe, () => store.cell(person, column));
}
