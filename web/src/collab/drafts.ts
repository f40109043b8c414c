import { DRAFT_PREFIX } from "./deviceStore.ts";

/** What is typed or picked and not yet sent, by name. It outlives the views that show it, and a reload. */
export class Drafts {
  private readonly listeners = new Set<() => void>();
  /** What the browser does not want to keep: it still has to appear while it is typed. */
  private readonly unkept = new Map<string, string>();

  constructor(private readonly storage: Storage) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The draft as it is kept: the same string as long as nothing changes. */
  kept(name: string): string | null {
    const unkept = this.unkept.get(name);
    if (unkept !== undefined) return unkept;
    try {
      return this.storage.getItem(DRAFT_PREFIX + name);
    } catch {
      return null;
    }
  }

  set(name: string, draft: unknown): void {
    this.unkept.delete(name);
    try {
      if (draft === null) this.storage.removeItem(DRAFT_PREFIX + name);
      else this.storage.setItem(DRAFT_PREFIX + name, JSON.stringify(draft));
    } catch {
      if (draft !== null) this.unkept.set(name, JSON.stringify(draft));
    }
    for (const tell of [...this.listeners]) tell();
  }
}
