const PREFIX = "lectern.";

/** Whether a panel was left open on this device. A private window remembers nothing. */
export function remembered(name: string): boolean {
  try {
    return localStorage.getItem(PREFIX + name) === "true";
  } catch {
    return false;
  }
}

export function remember(name: string, open: boolean): void {
  try {
    localStorage.setItem(PREFIX + name, String(open));
  } catch {
    // Next time it is closed again.
  }
}
