/** What the server's clock says, as far as its answers tell: for countdowns that the server decides. */
let offsetMilliseconds = 0;
let bestTripMilliseconds = Number.POSITIVE_INFINITY;

/** The `Date` header has whole seconds: on average the moment was half a second later. */
const HALF_SECOND = 500;
/** A device's clock may be set while a page is open: an old measurement is not kept for ever. */
const FORGET_FACTOR = 1.2;

/** Learn from an answer of the server; the quickest ones tell the time best. */
export function noteServerTime(header: string | null, sentAt: number, now: number = Date.now()): void {
  const told = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(told)) return;
  const trip = now - sentAt;
  bestTripMilliseconds *= FORGET_FACTOR;
  if (trip > bestTripMilliseconds) return;
  bestTripMilliseconds = Math.max(trip, 1);
  const measured = told + HALF_SECOND - (sentAt + now) / 2;
  // Below the header's own coarseness a difference means nothing: most devices keep good time.
  offsetMilliseconds = Math.abs(measured) <= 2 * HALF_SECOND ? 0 : measured;
}

/** Milliseconds since the epoch by the server's clock. */
export function serverNow(): number {
  return Date.now() + offsetMilliseconds;
}
