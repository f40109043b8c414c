import { Stack, Text, VisuallyHidden } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ClassRoom } from "@/api/types.ts";
import { orderOf, placeLesson } from "./core/outline.ts";
import type { Unit } from "./queries.ts";
import { UnitSection } from "./UnitSection.tsx";
import { useDragging } from "./useDragging.ts";
import { useOrder } from "./useOrder.ts";

/** The units with their lessons, which teachers put in order by dragging or by keys. */
export function Outline({
  room,
  units,
  teaches,
}: {
  room: ClassRoom;
  units: readonly Unit[];
  teaches: boolean;
}) {
  const { t } = useTranslation();
  const { move, said } = useOrder(room.id);
  const list = useRef<HTMLDivElement>(null);
  const order = orderOf(units);
  const { dragging, grab } = useDragging(list, (lessonId, unitId, at) => {
    const lesson = units.flatMap(({ lessons }) => lessons).find(({ id }) => id === lessonId);
    move(placeLesson(order, lessonId, unitId, at), order, lesson?.title ?? "");
  });
  // In another unit the row is another element: whoever moves it by keyboard goes on with it.
  const stepped = useRef<string | null>(null);
  useEffect(() => {
    if (stepped.current === null || document.activeElement !== document.body) return;
    list.current
      ?.querySelector<HTMLElement>(`[data-lesson="${stepped.current}"] [aria-keyshortcuts]`)
      ?.focus();
  }, [units]);
  return (
    <div ref={list}>
      <Stack gap="xl">
        {units.map((unit, index) => (
          <UnitSection
            key={unit.id}
            room={room}
            unit={unit}
            order={order}
            first={index === 0}
            last={index === units.length - 1}
            teaches={teaches}
            dragging={dragging}
            onGrab={grab}
            onStep={(lesson) => {
              stepped.current = lesson;
            }}
            move={move}
          />
        ))}
      </Stack>
      <VisuallyHidden aria-live="polite">{said}</VisuallyHidden>
      {teaches && units.some(({ lessons }) => lessons.length > 1) && (
        <Text size="sm" c="dimmed" mt="md">
          {t("lessons.orderAbout")}
        </Text>
      )}
    </div>
  );
}
