// The list of documents: selection (shift-click, all), the bulk bar, actions on one row. All changes go through the API.

import { reread } from "./batches.js";
import { scrub, stamp } from "./copies.js";
import { gettext, interpolate, ngettext } from "./i18n.js";
import { onPage } from "./page.js";
import { confirmed } from "./shell.js";
import { replace } from "./remedies.js";
import { announce } from "./toasts.js";
import { run, tellOfDeletion } from "./verbs.js";

// Which states a verb is for ("helpless": failed, and trying again gives the same answer); the others of a selection are left alone.
const FITS = { retry: ["failed", "cancelled"], keep: ["failed", "helpless"], cancel: ["running"], reprocess: ["ready", "failed", "helpless", "cancelled"], scrub: ["ready"], bates: ["ready"], delete: ["ready", "failed", "helpless", "cancelled", "running"], restore: ["deleted"] };

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
    if (verb === "replace") { replace(button.dataset.id); return; }
    const ids = button.dataset.act ? [button.dataset.id] : boxes().map((box) => box.value).filter((id) => selected.has(id)).filter((id) => FITS[verb].includes(stateOf(page, id)));
    if (await act(verb, ids, button)) { ids.forEach((id) => selected.delete(id)); draw(); }
  }, { signal });

  addEventListener("keydown", (event) => { if (event.key === "Escape" && selected.size && !document.querySelector("dialog[open]")) { selected.clear(); draw(); } }, { signal });
  document.addEventListener("lexintel:refreshed", () => {
    const present = new Set(boxes().map((box) => box.value));
    selected.forEach((id) => { if (!present.has(id)) selected.delete(id); });
    draw();
  }, { signal });
  tellOfDeletion();
  // The browser may have kept ticks over a reload; ours starts with none.
  draw();
});

const stateOf = (page, id) => {
  const row = page.querySelector(`[data-select][value="${CSS.escape(id)}"]`)?.closest("tr");
  return row && "helpless" in row.dataset ? "helpless" : row?.dataset.state ?? "";
};

function drawBar(page, selected, boxes) {
  const bar = page.querySelector("[data-bulk-bar]");
  if (!bar) return;
  const states = [...selected].map((id) => stateOf(page, id));
  bar.hidden = !selected.size;
  bar.querySelector("[data-bulk-count]").textContent = interpolate(gettext("%(n)s of %(all)s selected"), { n: selected.size, all: boxes.length });
  bar.querySelectorAll("[data-bulk]").forEach((button) => { if (FITS[button.dataset.bulk]) button.hidden = !states.some((state) => FITS[button.dataset.bulk].includes(state)); });
}

/** Ask where it cannot be undone easily, and do it. */
async function act(verb, ids, button) {
  if (!ids.length) return false;
  if (verb === "reprocess") return reread({ case: button.closest("[data-case]").dataset.case, documents: ids });
  const selection = { case: button.closest("[data-case]")?.dataset.case, documents: ids };
  if (verb === "scrub") return scrub(selection);
  if (verb === "bates") return stamp(selection, document.querySelector("[data-bates-dialog]"));
  if (verb === "delete" && !(await confirmed(interpolate(ngettext("Delete this document? Its text leaves the search at once.", "Delete these %(n)s documents? Their text leaves the search at once.", ids.length), { n: ids.length }), gettext("Delete")))) return false;
  button.disabled = true;
  const well = await run(verb, ids);
  button.disabled = false;
  return well;
}
