// Finding a passage's words in a page of the original, whose text comes in other pieces than ours.

const ANCHOR = 40;
const STEP = 20;
const REACH = 6;

/** The letters and digits of a text, and for each where it stands: how lines are broken, hyphenated or ligated does not matter then. */
export function squeeze(text) {
  const letters = [];
  const at = [];
  let offset = 0;
  for (const character of text) {
    for (const letter of character.normalize("NFKC").toLowerCase().match(/[\p{L}\p{N}]/gu) ?? []) {
      letters.push(letter);
      at.push([offset, offset + character.length]);
    }
    offset += character.length;
  }
  return { letters, at };
}

/**
 * Which parts of the pieces (strings) the wanted text covers: [{piece, start, end}], offsets in UTF-16 units of the piece.
 * Empty where it is not found. `nth`: the how-manieth of several, from 0.
 */
export function locate(pieces, wanted, nth = 0) {
  const squeezed = pieces.map(squeeze);
  return parts(pieces, squeezed, find(joined(squeezed), squeeze(wanted).letters.join(""), nth));
}

/** The same for many at once, each told by what stands around it: {words, before, after}. */
export function locateBetween(pieces, all) {
  const squeezed = pieces.map(squeeze);
  const text = joined(squeezed);
  return all.map((one) => {
    const [words, before, after] = [one.words, one.before, one.after].map((part) => squeeze(part).letters.join(""));
    return parts(pieces, squeezed, between(text, words, before, after));
  });
}

const joined = (squeezed) => squeezed.map((one) => one.letters.join("")).join("");

/** [start, end) of the words where as much as possible of what stands around them stands there too; null where only the words would be told. */
function between(text, words, before, after) {
  if (!words) return null;
  for (const reach of [Infinity, 16, 8]) {
    const lead = reach === Infinity ? before : before.slice(-reach);
    const trail = after.slice(0, reach);
    for (const [left, right] of [[lead, trail], [lead, ""], ["", trail]]) {
      const at = left + right ? text.indexOf(left + words + right) : -1;
      if (at >= 0) return [at + left.length, at + left.length + words.length];
    }
  }
  return null;
}

function parts(pieces, squeezed, range) {
  if (!range) return [];
  // Letters outside the basic plane take two units in the joined string, so units are counted here.
  let from = 0;
  const covered = squeezed.map(({ letters, at }) => {
    const inside = letters.flatMap((letter, index) => {
      const here = from;
      from += letter.length;
      return here >= range[0] && here < range[1] ? [index] : [];
    });
    return inside.length ? [at[inside[0]][0], at[inside.at(-1)][1]] : null;
  });
  return whole(pieces, covered);
}

/** Between its first and last letter a passage is marked with all its signs; before and after with those that belong to it. */
function whole(pieces, covered) {
  const first = covered.findIndex(Boolean);
  const last = covered.findLastIndex(Boolean);
  return pieces.slice(first, last + 1).flatMap((text, index) => {
    const piece = first + index;
    const opening = piece === first ? text.slice(0, covered[piece][0]).match(/[\p{Ps}\p{Pi}"'§¶]*$/u)[0].length : 0;
    const closing = piece === last ? text.slice(covered[piece][1]).match(/^[\p{Pe}\p{Pf}\p{Po}"']*/u)[0].length : 0;
    const start = piece === first ? covered[piece][0] - opening : text.length - text.trimStart().length;
    const end = piece === last ? covered[piece][1] + closing : text.trimEnd().length;
    return end > start ? [{ piece, start, end }] : [];
  });
}

/** [start, end) of the wanted text: as a whole, else from where its beginning stands to where its end does. */
function find(text, wanted, nth = 0) {
  if (!wanted) return null;
  let whole = text.indexOf(wanted);
  for (let turn = 0, next = whole; turn < nth && next >= 0; turn += 1) {
    next = text.indexOf(wanted, whole + wanted.length);
    if (next >= 0) whole = next;
  }
  if (whole >= 0) return [whole, whole + wanted.length];
  if (wanted.length < ANCHOR) return null;
  const start = anchored(text, wanted, 0);
  const end = anchored(text, wanted, Math.max(start ?? 0, 0), true);
  if (start === null && end === null) return null;
  const from = Math.max(0, start ?? end - wanted.length);
  const to = Math.min(text.length, end ?? start + wanted.length);
  return to > from ? [from, to] : [from, Math.min(text.length, from + wanted.length)];
}

/** Where the wanted text begins (or ends), told by a stretch near there that the text has; null where none is found. */
function anchored(text, wanted, after, backwards = false) {
  for (let turn = 0; turn < REACH; turn += 1) {
    const offset = backwards ? wanted.length - ANCHOR - turn * STEP : turn * STEP;
    if (offset < 0 || offset + ANCHOR > wanted.length) return null;
    const found = text.indexOf(wanted.slice(offset, offset + ANCHOR), after);
    if (found >= 0) return backwards ? found + wanted.length - offset : found - offset;
  }
  return null;
}
