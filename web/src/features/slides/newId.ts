/** A fresh id. `crypto.randomUUID` exists only on secure origins; a school's own network may have none. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
