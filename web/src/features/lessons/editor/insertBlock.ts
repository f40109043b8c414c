import type { Editor, JSONContent } from "@tiptap/core";
import { Selection } from "@tiptap/pm/state";

/**
 * Put a block behind what is chosen, or instead of the empty line that the cursor is in, and the cursor behind the block.
 *
 * Never over it: a block that was just put in is chosen as a whole, and the next one, or the next word, would replace it.
 */
export function insertBlock(editor: Editor, block: JSONContent): void {
  editor
    .chain()
    .focus()
    .command(({ tr, state, dispatch }) => {
      const { $to, to } = tr.selection;
      const paragraph = state.schema.nodes["paragraph"];
      if (!dispatch || !paragraph) return true;
      const node = state.schema.nodeFromJSON(block);
      let at = $to.depth === 0 ? to : $to.after(1);
      if ($to.depth === 1 && $to.parent.content.size === 0) {
        at = $to.before(1);
        tr.delete(at, $to.after(1));
      }
      tr.insert(at, node);
      const behind = at + node.nodeSize;
      if (!tr.doc.resolve(behind).nodeAfter?.isTextblock) tr.insert(behind, paragraph.create());
      tr.setSelection(Selection.near(tr.doc.resolve(behind), 1)).scrollIntoView();
      return true;
    })
    .run();
}
