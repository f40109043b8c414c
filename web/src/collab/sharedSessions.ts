import type { DocumentSession } from "./documentSession.ts";

/**
 * The open documents of one socket, each opened once however many parts of a page show it.
 *
 * A socket knows a document by its name alone: two sessions for one document on it would take each other's messages.
 */
export class SharedSessions {
  private readonly open = new Map<string, { readonly session: DocumentSession; users: number }>();

  /** Use a document's session; `create` is called for its first user. Give it back with `release`. */
  acquire(key: string, create: () => DocumentSession): DocumentSession {
    const entry = this.open.get(key) ?? { session: create(), users: 0 };
    entry.users += 1;
    this.open.set(key, entry);
    return entry.session;
  }

  /** The last user closes it. */
  release(key: string): void {
    const entry = this.open.get(key);
    if (!entry) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    this.open.delete(key);
    entry.session.close();
  }
}

const bySocket = new WeakMap<object, SharedSessions>();

/** The sessions that share a socket. */
export function sessionsOn(socket: object): SharedSessions {
  const found = bySocket.get(socket) ?? new SharedSessions();
  bySocket.set(socket, found);
  return found;
}
