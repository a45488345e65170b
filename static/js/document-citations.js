// Citations in the original: where the page's own text has them, they open their cards too.

import { api } from "./net.js";
import { locateBetween } from "./document-words.js";

const AROUND = 40; // characters that tell one "Id." from another

/** The citations on a page with what stands around them: [{id, words, before, after}]. */
export async function citationsOn(base, number, signal) {
  const { text, citations } = await api("GET", `${base}pages/${number}/`, { signal });
  const points = [...text];
  const part = (start, end) => points.slice(Math.max(0, start), end).join("");
  return citations.map(({ id, start, end }) => ({ id, words: part(start, end), before: part(start - AROUND, start), after: part(end, end + AROUND) }));
}

/** Give the pieces of a text layer their citations ({start, end, id, text}); the first piece of each takes the focus. Returns the pieces that changed. */
export function placeCitations(pieces, citations) {
  for (const piece of pieces) piece.cites = [];
  locateBetween(pieces.map((piece) => piece.textContent), citations).forEach((found, index) => {
    const { id, words } = citations[index];
    found.forEach(({ piece, start, end }, nth) => pieces[piece].cites.push({ id, start, end, text: nth ? null : words.replace(/\s+/g, " ").trim() }));
  });
  return pieces.filter((piece) => piece.cites.length);
}

/** What makes an element of a text layer a citation. */
export const citing = (cite) => cite && ({ "data-citation": cite.id, ...(cite.text ? { role: "button", tabindex: "0", "aria-label": cite.text, "aria-haspopup": "dialog" } : {}) });
