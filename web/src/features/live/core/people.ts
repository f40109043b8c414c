/** Somebody who is in the classroom now. */
export interface PresentPerson {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly color: string;
  readonly picture?: string | null | undefined;
}

const UNKNOWN_COLOR = "#5b6770";

function readUser(state: unknown): PresentPerson | null {
  if (typeof state !== "object" || state === null) return null;
  const { user } = state as { user?: unknown };
  if (typeof user !== "object" || user === null) return null;
  const { id, name, role, color, picture } = user as Record<string, unknown>;
  if (typeof id !== "string" || typeof name !== "string") return null;
  return {
    id,
    name,
    role: typeof role === "string" ? role : "",
    color: typeof color === "string" && /^#[0-9a-f]{6}$/i.test(color) ? color : UNKNOWN_COLOR,
    ...(typeof picture === "string" ? { picture } : {}),
  };
}

/**
 * Who is here, by what the server says of each open window: one person with a laptop and a projector is one person.
 * Teachers come first, then everybody by name.
 */
export function presentPeople(
  states: Iterable<unknown>,
  me: PresentPerson | null,
  language: string,
): PresentPerson[] {
  const people = new Map<string, PresentPerson>(me ? [[me.id, me]] : []);
  for (const state of states) {
    const user = readUser(state);
    if (user && user.id !== me?.id) people.set(user.id, user);
  }
  const order = new Intl.Collator(language);
  return [...people.values()].sort(
    (one, other) =>
      Number(other.role === "teacher") - Number(one.role === "teacher") ||
      order.compare(one.name, other.name) ||
      (one.id < other.id ? -1 : 1),
  );
}
