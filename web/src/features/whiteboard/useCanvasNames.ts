import { useEffect, type RefObject } from "react";

/**
 * Name what Excalidraw leaves without a name, or names unlike what it shows (WCAG 4.1.2, 2.5.3).
 *
 * Its buttons come and go with the size of the window, so the names are put on whenever something appears.
 */
export function useCanvasNames(
  container: RefObject<HTMLElement | null>,
  names: { menu: string; choices: string },
): void {
  const { menu, choices } = names;
  useEffect(() => {
    const root = container.current;
    if (!root) return;
    const name = () => {
      root.querySelector(".main-menu-trigger")?.setAttribute("aria-label", menu);
      for (const dialog of root.querySelectorAll("[role=dialog]:not([aria-label], [aria-labelledby])")) {
        dialog.setAttribute("aria-label", choices);
      }
      // It shows the zoom; what it does is in its tooltip.
      root.querySelector(".reset-zoom-button[aria-label]")?.removeAttribute("aria-label");
    };
    name();
    const observer = new MutationObserver(name);
    observer.observe(root, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [container, menu, choices]);
}
