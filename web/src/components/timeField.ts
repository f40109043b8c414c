/** A moment as a `datetime-local` field has it: on this device's clock. */
export function toField(time: string | Date | null | undefined): string {
  if (!time) return "";
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that such a field means where this browser is; none where nothing (complete) was chosen. */
export function fromField(value: string): string | null {
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** The same, but what nobody has touched stays to the second, also in the hour that the clocks have twice. */
export function fromTouchedField(value: string, before: string | null | undefined): string | null {
  return value === toField(before) ? (before ?? null) : fromField(value);
}

/** The latest that a field of a time takes; a year of five digits is a slip of the finger. */
export const LATEST_FIELD = "2999-12-30T00:00";
