import { useEffect, useState, type RefObject } from "react";

/** What is dragged, and where it would land. */
export interface Dragging {
  readonly lesson: string;
  readonly over: {
    readonly unit: string;
    readonly at: number;
    readonly lesson: string | null;
    readonly side: "before" | "after";
  } | null;
}

/** Drag a lesson to a place among the rows in `list`; `place` is told where it was let go. */
export function useDragging(
  list: RefObject<HTMLElement | null>,
  place: (lessonId: string, unitId: string, at: number) => void,
): { readonly dragging: Dragging | null; readonly grab: (lessonId: string) => void } {
  const [dragging, setDragging] = useState<Dragging | null>(null);
  const drop = () => {
    if (dragging?.over) place(dragging.lesson, dragging.over.unit, dragging.over.at);
    setDragging(null);
  };
  /** Where the others leave a gap, counted without the dragged one. */
  const look = (clientY: number) => {
    if (!dragging) return;
    let over: Dragging["over"] = null;
    for (const section of list.current?.querySelectorAll<HTMLElement>("[data-unit]") ?? []) {
      const unit = section.dataset["unit"] ?? "";
      const box = section.getBoundingClientRect();
      if (clientY < box.top || clientY > box.bottom) continue;
      const rows = [...section.querySelectorAll<HTMLElement>("[data-lesson]")].filter(
        (row) => row.dataset["lesson"] !== dragging.lesson,
      );
      const at = rows.findIndex((row) => {
        const { top, height } = row.getBoundingClientRect();
        return clientY < top + height / 2;
      });
      const mark = at === -1 ? rows.at(-1) : rows[at];
      over = {
        unit,
        at: at === -1 ? rows.length : at,
        lesson: mark?.dataset["lesson"] ?? null,
        side: at === -1 ? "after" : "before",
      };
    }
    if (JSON.stringify(over) !== JSON.stringify(dragging.over)) setDragging({ ...dragging, over });
  };
  useEffect(() => {
    if (!dragging) return;
    const onMove = (event: PointerEvent) => look(event.clientY);
    const onCancel = () => setDragging(null);
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") setDragging(null);
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", onCancel);
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("pointercancel", onCancel);
      window.removeEventListener("keydown", onKey);
    };
  });
  return { dragging, grab: (lesson) => setDragging({ lesson, over: null }) };
}
