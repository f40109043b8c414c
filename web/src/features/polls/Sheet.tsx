import { useLayoutEffect, useRef, type ReactNode } from "react";
import { fittingZoom } from "./core/fit.ts";
import styles from "./polls.module.css";

/** What a poll stands on. Nobody scrolls before a projector: there it is as large as lets all of it be seen. */
export function Sheet({ projected, children }: { projected: boolean; children: ReactNode }) {
  const scroll = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [around, inside] = [scroll.current, sheet.current];
    if (!projected || !around || !inside) return;
    const fit = () => {
      const fits = (zoom: number) => {
        inside.style.zoom = String(zoom);
        return around.scrollHeight <= around.clientHeight;
      };
      inside.style.zoom = String(fittingZoom(around.clientWidth, fits));
    };
    fit();
    const sizes = new ResizeObserver(fit);
    sizes.observe(around);
    sizes.observe(inside);
    return () => {
      sizes.disconnect();
      inside.style.zoom = "";
    };
  }, [projected]);
  return (
    <div ref={scroll} className={styles["scroll"]}>
      <div ref={sheet} className={styles["sheet"]}>
        {children}
      </div>
    </div>
  );
}
