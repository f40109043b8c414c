/** Somebody in a list, whose address one may know. */
interface Named {
  readonly name: string;
  readonly email?: string | null | undefined;
}

/** As it reads: how it is composed, spaced or capitalised tells nobody apart. */
function read(name: string): string {
  return name.normalize("NFC").trim().replace(/\s+/g, " ").toLocaleLowerCase();
}

/** Tells of each person in a list the address, where the name alone does not say who it is; else null. */
export function addressOfNamesakes(people: readonly Named[]): (person: Named) => string | null {
  const times = new Map<string, number>();
  for (const { name } of people) times.set(read(name), (times.get(read(name)) ?? 0) + 1);
  return ({ name, email }) => ((times.get(read(name)) ?? 0) > 1 ? (email ?? null) : null);
}
