/** How far the server's clock is ahead of this device's, from an answer's Date header; it tells whole seconds. */
export function clockOffset(dateHeader: string | null, sentAt: number, receivedAt: number): number | null {
  const server = dateHeader === null ? NaN : Date.parse(dateHeader);
  if (Number.isNaN(server)) return null;
  const offset = server + 500 - (sentAt + receivedAt) / 2;
  // Both clocks agree as far as the header can tell: leave it at that, so that nothing ticks twice or skips.
  return Math.abs(offset) < 1000 ? 0 : offset;
}

/** Whole seconds that are left of a timer, 0 once it is over. */
export function secondsLeft(endsAt: number, now: number): number {
  return Math.max(0, Math.ceil((endsAt - now) / 1000));
}

/** A countdown as on a kitchen timer: 1:05:09, 12:30, 0:07. */
export function countdown(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
