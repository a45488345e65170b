// What is selected in a document, told so that the server finds it: by its page, its words, and where they begin or what stands around them.

const AROUND = 100; // code points that the server takes
const LONGEST = 10_000;

const points = (text) => [...text];

/** {page, quote, start} of a selection in the text, {page, quote, before, after} of one in the original, with its `range`; null for none. */
export function selectedWords(root) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  return wordsOf(selection.getRangeAt(0), root);
}

export function wordsOf(range, root) {
  const inside = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(".reading-text, .text-layer");
  const layer = inside(range.startContainer) ?? inside(range.endContainer);
  if (!layer || !root.contains(layer)) return null;
  const kept = within(range, layer);
  const quote = String(kept);
  if (!quote.trim() || quote.length > LONGEST) return null;
  const cut = !layer.contains(range.startContainer) || !layer.contains(range.endContainer);
  return { ...(layer.matches(".reading-text") ? inText(kept, layer, quote) : inOriginal(kept, layer, quote)), range: kept, cut };
}

/** The selection may go beyond its page: notes stand on one. */
function within(range, layer) {
  const kept = range.cloneRange();
  if (!layer.contains(range.startContainer)) kept.setStart(layer, 0);
  if (!layer.contains(range.endContainer)) kept.setEnd(layer, layer.childNodes.length);
  return kept;
}

function beside(range, layer, after) {
  const other = document.createRange();
  other.selectNodeContents(layer);
  if (after) other.setStart(range.endContainer, range.endOffset); else other.setEnd(range.startContainer, range.startOffset);
  return String(other);
}

function inText(range, layer, quote) {
  const lead = quote.length - quote.trimStart().length;
  const start = Number(layer.dataset.start) + points(beside(range, layer, false)).length + lead;
  return { page: Number(layer.dataset.page), quote: quote.trim(), start };
}

function inOriginal(range, layer, quote) {
  const before = points(beside(range, layer, false)).slice(-AROUND).join("");
  const after = points(beside(range, layer, true)).slice(0, AROUND).join("");
  return { page: Number(layer.closest(".pdf-page").dataset.number), quote: quote.trim(), before, after };
}

/** Do what changes the nodes below `root` and not their text; what is selected there stays selected. */
export function keepingSelection(root, change) {
  const selected = selectedIn(root);
  change();
  if (selected) getSelection().removeAllRanges();
  select(root, selected);
}

/** Where the selection begins and ends in the text below `root`, in the direction it was drawn; null where it is not all there. */
export function selectedIn(root) {
  const { isCollapsed, anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
  if (isCollapsed || !root.contains(anchorNode) || !root.contains(focusNode)) return null;
  return [lengthBefore(root, anchorNode, anchorOffset), lengthBefore(root, focusNode, focusOffset)];
}

/** Select what `selectedIn` told, unless something else has been selected since. */
export function select(root, ends) {
  if (ends && getSelection().isCollapsed) getSelection().setBaseAndExtent(...ends.flatMap((length) => placeAt(root, length)));
}

function lengthBefore(root, node, offset) {
  const range = document.createRange();
  range.setStart(root, 0);
  range.setEnd(node, offset);
  return String(range).length;
}

function placeAt(root, length) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (length <= node.length) return [node, length];
    length -= node.length;
  }
  return [root, root.childNodes.length];
}
