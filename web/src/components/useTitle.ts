import { useEffect } from "react";

/** Name the page in the browser's tab; screen readers say it first. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · Lectern` : "Lectern";
  }, [title]);
}
