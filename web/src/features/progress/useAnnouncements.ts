import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardStore, Move } from "./core/boardStore.ts";

/** Long enough that a screen reader can finish a sentence before the next one. */
const PAUSE_MILLISECONDS = 6_000;
const NAMED_MOVES = 3;

/** What has moved, in one sentence now and then: never one for each change. */
export function useAnnouncements(store: BoardStore): string {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  useEffect(() => {
    const waiting = new Map<string, Move>();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const speak = () => {
      timer = null;
      const names = new Map(store.people.get().map(({ id, name }) => [id, name]));
      const titles = new Map(store.columns.get().map(({ id, title }) => [id, title]));
      const moves = [...waiting.values()].filter(
        ({ person, column }) => names.has(person) && titles.has(column),
      );
      waiting.clear();
      if (moves.length === 0) return;
      const named = moves.slice(0, NAMED_MOVES).map(({ person, column, cell }) =>
        t("progress.moved", {
          name: names.get(person) ?? "",
          title: titles.get(column) ?? "",
          state: t(`progress.states.${cell.state}`),
        }),
      );
      const rest = moves.length - named.length;
      setWords([...named, ...(rest > 0 ? [t("progress.movedMore", { count: rest })] : [])].join(" "));
    };
    const stop = store.onMoves((moves) => {
      for (const move of moves) waiting.set(`${move.person}\n${move.column}`, move);
      timer ??= setTimeout(speak, PAUSE_MILLISECONDS);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [store, t]);
  return words;
}
