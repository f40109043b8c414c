import { useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { Awareness } from "y-protocols/awareness";
import { useMe } from "@/api/queries.ts";
import type { SaveState } from "@/collab/saveState.ts";
import { useLiveDocument, useLiveValue } from "@/collab/useLiveDocument.ts";
import { presentPeople, type PresentPerson } from "./core/people.ts";
import { readStage, type StageState } from "./core/stage.ts";

export interface LiveStage {
  /** What is on stage; null before anything is known. */
  readonly stage: StageState | null;
  readonly people: readonly PresentPerson[];
  readonly link: SaveState["kind"];
  readonly synced: boolean;
  readonly gone: boolean;
}

/** Follow the stage of a session, and who is in it. */
export function useStage(documentId: string): LiveStage {
  const { doc, awareness, state, synced, error } = useLiveDocument(documentId, "stage");
  const stage = useLiveValue(doc, readStage);
  const people = usePeople(awareness);
  return { stage, people, link: state.kind, synced, gone: error === "gone" };
}

function usePeople(awareness: Awareness | null): readonly PresentPerson[] {
  const { data: me } = useMe();
  const { i18n } = useTranslation();
  const states = useMemo(() => (awareness ? statesOf(awareness) : null), [awareness]);
  const present = useSyncExternalStore(states?.subscribe ?? never, states?.get ?? nobody);
  return useMemo(
    // The person's own role in the class comes with the echo of their own presence, from any of their windows.
    () =>
      presentPeople(present, null, i18n.language).map((person) =>
        person.id === me?.id ? { ...person, name: me.name } : person,
      ),
    [i18n.language, me, present],
  );
}

const NOBODY: readonly unknown[] = [];
const nobody = () => NOBODY;
const never = () => () => undefined;

/** The states of everybody, the same list until one of them changes. */
function statesOf(awareness: Awareness) {
  let states: readonly unknown[] = [...awareness.getStates().values()];
  return {
    get: () => states,
    subscribe: (listener: () => void) => {
      const changed = () => {
        states = [...awareness.getStates().values()];
        listener();
      };
      changed();
      awareness.on("change", changed);
      return () => awareness.off("change", changed);
    },
  };
}
