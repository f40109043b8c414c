/** A moment as a field for local date and time has it. */
export function localMoment(time: string | null): string {
  if (time === null) return "";
  const moment = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${String(moment.getFullYear()).padStart(4, "0")}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${date}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** What somebody chose in such a field, as a moment; none where nothing (complete) was chosen. */
export function momentOf(local: string): string | null {
  const moment = new Date(local);
  return local === "" || Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}
