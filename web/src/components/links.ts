/** A piece of a text: words, or the address of a page. */
export interface Piece {
  readonly text: string;
  readonly address: boolean;
}

// A sentence may end right behind an address.
const ADDRESS = /https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?()[\]{}»”]/giu;

/** Part a text at the addresses of pages in it; together the pieces are the text. */
export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = [];
  let done = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    if (!URL.canParse(address)) continue;
    if (index > done) found.push({ text: text.slice(done, index), address: false });
    found.push({ text: address, address: true });
    done = index + address.length;
  }
  if (done < text.length) found.push({ text: text.slice(done), address: false });
  return found;
}
