import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardColumn, BoardPerson, ShownState } from "./core/board.ts";
import type { BoardStore } from "./core/boardStore.ts";
import { fits, kept, ordered, type SortBy } from "./core/order.ts";

interface Chosen {
  readonly by: SortBy;
  /** Ids in the order that the choice gave. */
  readonly order: readonly string[];
}

/**
 * Which rows are shown, in which order.
 *
 * An order by progress, and a filter by state, are those of the moment they were chosen: while people work, rows appear, but none jumps
 * or vanishes under the eyes.
 */
export function useRows(store: BoardStore, people: readonly BoardPerson[], columns: readonly BoardColumn[]) {
  const { i18n } = useTranslation();
  const language = i18n.language;
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<Chosen>({ by: "name", order: [] });
  const [state, setState] = useState<ShownState | null>(null);
  const [matching, setMatching] = useState<ReadonlySet<string>>(new Set());

  useEffect(() => {
    if (state === null) return;
    return store.onMoves((moves) => {
      const more = moves.filter(({ cell }) => cell.state === state).map(({ person }) => person);
      if (more.length > 0) setMatching((before) => new Set([...before, ...more]));
    });
  }, [state, store]);

  const rows = useMemo(() => {
    const sorted =
      chosen.by === "name" ? ordered(store, people, columns, "name", language) : kept(chosen.order, people);
    return sorted.filter(
      (person) =>
        fits(store, person, columns, search, null, language) && (state === null || matching.has(person.id)),
    );
  }, [chosen, columns, language, matching, people, search, state, store]);

  return {
    rows,
    search,
    setSearch,
    state,
    filterBy: (wanted: ShownState | null) => {
      setState(wanted);
      const found = people.filter((person) => fits(store, person, columns, "", wanted, language));
      setMatching(new Set(found.map(({ id }) => id)));
    },
    sort: chosen.by,
    sortBy: (by: SortBy) =>
      setChosen({ by, order: ordered(store, people, columns, by, language).map(({ id }) => id) }),
  };
}
