/** A projector's picture is as large with few pixels as with many: what counts is the share of its width. */
const PIXELS_AT_FULL_SIZE = 900;
/** Smaller than this nobody reads it from afar. In percent. */
const SMALLEST = 60;
/** Coarse, so that it does not tremble with every vote. */
const STEP = 10;

/** The largest zoom with which everything fits into a picture this wide; the smallest where nothing does. */
export function fittingZoom(width: number, fits: (zoom: number) => boolean): number {
  let percent = Math.max(100, Math.round((width / PIXELS_AT_FULL_SIZE) * 10) * STEP);
  while (percent > SMALLEST && !fits(percent / 100)) percent -= STEP;
  return percent / 100;
}
