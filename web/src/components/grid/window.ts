/** From the first to before the last of what is drawn of a long list. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What stands in a list of which a part is drawn: an entry, or room for so many that are not. */
export type Piece = { readonly index: number } | { readonly gap: number; readonly before: number };

/** Entries beyond what is seen, on either side: so many that scrolling a little draws nothing, and a page does not outrun it. */
const BEYOND = 8;
/** The window moves in steps, so that most scrolling leaves it where it is. */
const STEP = 4;

/** Which of `count` entries of one size lie in what is seen of them, or near it; sizes in pixels. */
export function windowOf(count: number, seen: { offset: number; length: number; size: number }): Range {
  const first = Math.floor(seen.offset / seen.size / STEP) * STEP - BEYOND;
  const last = Math.ceil((seen.offset + seen.length) / seen.size / STEP) * STEP + BEYOND;
  const from = Math.max(0, Math.min(first, count));
  return { from, to: Math.max(from, Math.min(last, count)) };
}

/** Lay out a list: what is in the range, the one entry that is kept wherever it is, and gaps for the rest. */
export function piecesOf(count: number, { from, to }: Range, kept: number | null): readonly Piece[] {
  const drawn = Array.from({ length: to - from }, (_, at) => from + at);
  if (kept !== null && kept >= 0 && kept < count) {
    if (kept < from) drawn.unshift(kept);
    if (kept >= to) drawn.push(kept);
  }
  const pieces: Piece[] = [];
  let next = 0;
  for (const index of [...drawn, count]) {
    if (index > next) pieces.push({ gap: index - next, before: index });
    if (index < count) pieces.push({ index });
    next = index + 1;
  }
  return pieces;
}
