import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { Awareness } from "y-protocols/awareness";
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
export function useStage(documentId: string, me: PresentPerson): LiveStage {
  const { doc, awareness, state, synced, error } = useLiveDocument(documentId, "stage");
  const stage = useLiveValue(doc, readStage);
  const people = usePeople(awareness, me);
  return { stage, people, link: state.kind, synced, gone: error === "gone" };
}

function usePeople(awareness: Awareness | null, me: PresentPerson): readonly PresentPerson[] {
  const { i18n } = useTranslation();
  const states = useMemo(() => (awareness ? statesOf(awareness) : null), [awareness]);
  const present = useSyncExternalStore(states?.subscribe ?? never, states?.get ?? nobody);
  useEffect(() => {
    // The state that a document begins with is one that others pass over (its clock is 0): say that one is here.
    awareness?.setLocalState({ here: true });
  }, [awareness]);
  const { id, name, role, color } = me;
  return useMemo(
    () => presentPeople(present, { id, name, role, color }, i18n.language),
    [color, i18n.language, id, name, present, role],
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
