// The list of documents: selection (shift-click, all), the bulk bar, actions on one row. All changes go through the API.

import { reread } from "./batches.js";
import { gettext, interpolate, ngettext } from "./i18n.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { onPage } from "./page.js";
import { confirmed } from "./shell.js";
import { announce, toast } from "./toasts.js";

const AT_ONCE = 4;
const DELETED = "lexintel.deleted";
const deletedWords = (n) => interpolate(ngettext("%(n)s document was deleted.", "%(n)s documents were deleted.", n), { n });
const VERBS = {
  retry: { method: "POST", path: "retry/", done: (n) => interpolate(ngettext("%(n)s document is tried again.", "%(n)s documents are tried again.", n), { n }) },
  cancel: { method: "POST", path: "cancel/", done: (n) => interpolate(ngettext("%(n)s document was stopped.", "%(n)s documents were stopped.", n), { n }) },
  delete: { method: "DELETE", path: "", done: deletedWords, undo: "restore" },
  restore: { method: "POST", path: "restore/", done: (n) => interpolate(ngettext("%(n)s document is back and is read anew.", "%(n)s documents are back and are read anew.", n), { n }) },
};
// Which states a verb is for; the others of a selection are left alone.
const FITS = { retry: ["failed", "cancelled"], cancel: ["running"], reprocess: ["ready", "failed", "cancelled"], delete: ["ready", "failed", "cancelled", "running"], restore: ["deleted"] };

/** For a page that leads to the list when its document has been deleted: the list offers to take it back. */
export const deletedBefore = (id) => sessionStorage.setItem(DELETED, id);

function takenFrom(storage, key) {
  const value = storage.getItem(key);
  storage.removeItem(key);
  return value;
}

onPage("[data-documents]", (page, signal) => {
  const selected = new Set();
  let anchor = null;
  const boxes = () => [...page.querySelectorAll("[data-select]")];

  const draw = () => {
    for (const box of boxes()) {
      box.checked = selected.has(box.value);
      box.closest("tr").classList.toggle("is-selected", box.checked);
    }
    const all = page.querySelector("[data-select-all]");
    if (all) { all.checked = selected.size > 0 && selected.size === boxes().length; all.indeterminate = selected.size > 0 && !all.checked; }
    drawBar(page, selected, boxes());
  };

  page.addEventListener("click", (event) => {
    const box = event.target.closest?.("[data-select]");
    if (!box) return;
    const list = boxes();
    if (event.shiftKey && anchor) {
      const [from, to] = [list.findIndex((other) => other.value === anchor), list.indexOf(box)].sort((a, b) => a - b);
      list.slice(Math.max(0, from), to + 1).forEach((other) => (box.checked ? selected.add(other.value) : selected.delete(other.value)));
    } else if (box.checked) selected.add(box.value); else selected.delete(box.value);
    anchor = box.value;
    draw();
  }, { signal });

  page.addEventListener("change", (event) => {
    if (!event.target.matches("[data-select-all]")) return;
    boxes().forEach((box) => (event.target.checked ? selected.add(box.value) : selected.delete(box.value)));
    draw();
    if (event.target.checked) announce(interpolate(gettext("%(n)s selected"), { n: selected.size }));
  }, { signal });

  page.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-bulk], [data-act]");
    if (!button) return;
    const verb = button.dataset.bulk ?? button.dataset.act;
    if (verb === "clear") { selected.clear(); draw(); return; }
    const ids = button.dataset.act ? [button.dataset.id] : [...selected].filter((id) => FITS[verb].includes(stateOf(page, id)));
    if (await act(verb, ids, button)) { ids.forEach((id) => selected.delete(id)); draw(); }
  }, { signal });

  addEventListener("keydown", (event) => { if (event.key === "Escape" && selected.size && !document.querySelector("dialog[open]")) { selected.clear(); draw(); } }, { signal });
  document.addEventListener("lexintel:refreshed", () => {
    const present = new Set(boxes().map((box) => box.value));
    selected.forEach((id) => { if (!present.has(id)) selected.delete(id); });
    draw();
  }, { signal });
  const gone = takenFrom(sessionStorage, DELETED);
  if (gone) toast(deletedWords(1), { act: gettext("Undo"), onact: () => run("restore", [gone]) });
  // The browser may have kept ticks over a reload; ours starts with none.
  draw();
});

const stateOf = (page, id) => page.querySelector(`[data-select][value="${CSS.escape(id)}"]`)?.closest("tr")?.dataset.state ?? "";

function drawBar(page, selected, boxes) {
  const bar = page.querySelector("[data-bulk-bar]");
  if (!bar) return;
  const states = [...selected].map((id) => stateOf(page, id));
  bar.hidden = !selected.size;
  bar.querySelector("[data-bulk-count]").textContent = interpolate(gettext("%(n)s of %(all)s selected"), { n: selected.size, all: boxes.length });
  bar.querySelectorAll("[data-bulk]").forEach((button) => { if (FITS[button.dataset.bulk]) button.hidden = !states.some((state) => FITS[button.dataset.bulk].includes(state)); });
}

/** Run a verb over documents, a few at a time; says how many went well and why the others did not. */
async function act(verb, ids, button) {
  if (!ids.length) return false;
  if (verb === "reprocess") return reread({ case: button.closest("[data-case]").dataset.case, documents: ids });
  if (verb === "delete" && !(await confirmed(interpolate(ngettext("Delete this document? Its text leaves the search at once.", "Delete these %(n)s documents? Their text leaves the search at once.", ids.length), { n: ids.length }), gettext("Delete")))) return false;
  button.disabled = true;
  const well = await run(verb, ids);
  button.disabled = false;
  return well;
}

async function run(verb, ids) {
  const { method, path, done, undo } = VERBS[verb];
  const queue = [...ids];
  const well = [];
  const reasons = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let id = queue.shift(); id; id = queue.shift()) {
      try { await api(method, `/api/documents/${id}/${path}`); well.push(id); } catch (error) { reasons.push(error.message); }
    }
  }));
  if (well.length) toast(done(well.length), undo && { act: gettext("Undo"), onact: () => run(undo, well) });
  if (reasons.length) toast(interpolate(ngettext("%(n)s could not be done: %(why)s", "%(n)s could not be done. The first reason: %(why)s", reasons.length), { n: reasons.length, why: reasons[0] }), { error: true });
  refresh(0);
  return well.length > 0;
}
