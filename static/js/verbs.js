// What may be done to documents, wherever it is asked for: in their list for many, on the page of one.

import { gettext, interpolate, ngettext } from "./i18n.js";
import { hold, refresh } from "./live.js";
import { api } from "./net.js";
import { toast } from "./toasts.js";

const AT_ONCE = 4;
const DELETED = "lexintel.deleted";
const deletedWords = (n) => interpolate(ngettext("%(n)s document was deleted.", "%(n)s documents were deleted.", n), { n });
const VERBS = {
  retry: { method: "POST", path: "retry/", done: (n) => interpolate(ngettext("%(n)s document is tried again.", "%(n)s documents are tried again.", n), { n }) },
  reprocess: { method: "POST", path: "reprocess/", done: (n) => interpolate(ngettext("%(n)s document is read anew.", "%(n)s documents are read anew.", n), { n }) },
  cancel: { method: "POST", path: "cancel/", done: (n) => interpolate(ngettext("%(n)s document was stopped.", "%(n)s documents were stopped.", n), { n }) },
  keep: { method: "POST", path: "keep/", done: (n) => interpolate(ngettext("%(n)s document is kept as it is.", "%(n)s documents are kept as they are.", n), { n }) },
  delete: { method: "DELETE", path: "", done: deletedWords, undo: "restore" },
  restore: { method: "POST", path: "restore/", done: (n) => interpolate(ngettext("%(n)s document is back and is read anew.", "%(n)s documents are back and are read anew.", n), { n }) },
};
const OF_MANY = {
  tag: (n) => interpolate(ngettext("%(n)s document is tagged.", "%(n)s documents are tagged.", n), { n }),
  untag: (n) => interpolate(ngettext("The tags are off %(n)s document.", "The tags are off %(n)s documents.", n), { n }),
  kind: (n) => interpolate(ngettext("%(n)s document has this kind now.", "%(n)s documents have this kind now.", n), { n }),
  move: (n) => interpolate(ngettext("%(n)s document was moved.", "%(n)s documents were moved.", n), { n }),
};
export const doneWords = (verb, n) => (VERBS[verb]?.done ?? OF_MANY[verb])(n);

/** Run a verb over documents, a few at a time; says how many went well and why the others did not. True where any did.
 *  `said` replaces the sentence; with `then` the page is left for that address, which tells of it (see `tellOfDeletion`). */
export async function run(verb, ids, { said = "", then = "" } = {}) {
  const { done, undo } = VERBS[verb];
  if (then) hold();
  const { well, reasons } = await send(verb, ids);
  if (reasons.length) toast(interpolate(ngettext("%(n)s could not be done: %(why)s", "%(n)s could not be done. The first reason: %(why)s", reasons.length), { n: reasons.length, why: reasons[0] }), { error: true });
  if (then && well.length) { sessionStorage.setItem(DELETED, well[0]); location.assign(then); return true; }
  if (then) hold(false);
  if (well.length) toast(said || done(well.length), undo && { act: gettext("Undo"), onact: () => run(undo, well) });
  refresh(0);
  return well.length > 0;
}

async function send(verb, ids) {
  const { method, path } = VERBS[verb];
  const [queue, well, reasons] = [[...ids], [], []];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let id = queue.shift(); id; id = queue.shift()) {
      try { await api(method, `/api/documents/${id}/${path}`); well.push(id); } catch (error) { reasons.push(error.message); }
    }
  }));
  return { well, reasons };
}

/** Where a deletion has led to: say what was deleted and offer to take it back. */
export function tellOfDeletion() {
  const gone = sessionStorage.getItem(DELETED);
  sessionStorage.removeItem(DELETED);
  if (gone) toast(deletedWords(1), { act: gettext("Undo"), onact: () => run("restore", [gone]) });
}
