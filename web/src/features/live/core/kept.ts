/** A view of a document that stays mounted, shown or not. */
export interface KeptView {
  readonly documentId: string;
  readonly documentKind: string;
  /** Grows with every use; the smallest goes first. */
  readonly used: number;
}

/**
 * Note that a document is shown, and let go of the one that was not for longest when there are more than `most`.
 * The order stays that of the first showing, so that nothing moves in the page.
 */
export function keep(
  views: readonly KeptView[],
  shown: { readonly documentId: string; readonly documentKind: string },
  most: number,
): readonly KeptView[] {
  const latest = views.reduce((highest, view) => Math.max(highest, view.used), 0);
  const known = views.find(({ documentId }) => documentId === shown.documentId);
  if (known && known.used === latest) return views;
  const used = latest + 1;
  const after = known
    ? views.map((view) => (view === known ? { ...view, used } : view))
    : [...views, { documentId: shown.documentId, documentKind: shown.documentKind, used }];
  if (after.length <= most) return after;
  const oldest = Math.min(...after.map((view) => view.used));
  return after.filter((view) => view.used !== oldest);
}
