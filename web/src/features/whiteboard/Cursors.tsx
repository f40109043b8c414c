import type { ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { lettersOn } from "@/components/personColors.ts";
import type { Observable } from "@/collab/observable.ts";
import styles from "./Cursors.module.css";
import type { PresentPerson } from "./core/presence.ts";

/** Where the others point, in their own colour and with their name. */
export function Cursors(props: {
  api: ExcalidrawImperativeAPI;
  present: Observable<readonly PresentPerson[]>;
}) {
  const { api, present } = props;
  const people = useSyncExternalStore(present.subscribe, present.get);
  const layer = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const place = () => {
      const { scrollX, scrollY, zoom } = api.getAppState();
      const cursors = layer.current?.querySelectorAll<HTMLElement>("[data-x]") ?? [];
      for (const cursor of cursors) {
        const x = (Number(cursor.dataset["x"]) + scrollX) * zoom.value;
        const y = (Number(cursor.dataset["y"]) + scrollY) * zoom.value;
        cursor.style.transform = `translate(${x}px, ${y}px)`;
      }
    };
    place();
    return api.onScrollChange(place);
  }, [api, people]);

  return (
    <div ref={layer} className={styles["layer"]} aria-hidden>
      {people.map(({ clientId, user, pointer }) =>
        pointer ? (
          <div key={clientId} className={styles["cursor"]} data-x={pointer.x} data-y={pointer.y}>
            <svg width="18" height="20" viewBox="0 0 18 20">
              <path
                d="M2 2v14l4-4.2 8.5-1.3z"
                fill={user.color}
                stroke="#fff"
                strokeWidth="1.5"
                strokeLinejoin="round"
              />
            </svg>
            <span className={styles["name"]} style={{ background: user.color, color: lettersOn(user.color) }}>
              {user.name}
            </span>
          </div>
        ) : null,
      )}
    </div>
  );
}
