/** Where a page of a list begins; null: at the start. */
export type Cursor = string | null;

export interface PageOf {
  readonly next_cursor?: string | null;
}

/** Which pages have lines in a range of a list, given how many each has. An empty page is looked at wherever one is: it may be filled. */
export function pagesWithin(sizes: readonly number[], { from, to }: { from: number; to: number }): number[] {
  const found: number[] = [];
  let first = 0;
  sizes.forEach((size, at) => {
    if (size === 0 || (first < to && first + size > from)) found.push(at);
    first += size;
  });
  return found;
}

/** Whether the page that was read after this one still begins where this one ends; undefined: none was read. */
export function followed(page: PageOf, next: Cursor | undefined): boolean {
  return next === undefined || (page.next_cursor ?? null) === next;
}
