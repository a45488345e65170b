// The list of documents: selection (shift-click, all on the page, all of the filter), the bulk bar, actions on one row.

import { act } from "./bulk.js";
import { el } from "./dom.js";
import { gettext, interpolate } from "./i18n.js";
import { onPage } from "./page.js";
import { confirmed } from "./shell.js";
import { replace } from "./remedies.js";
import { announce } from "./toasts.js";
import { run, tellOfDeletion } from "./verbs.js";

// Which states a verb is for ("helpless": failed, and trying again gives the same answer); the others of a selection are left alone.
const LIVING = ["ready", "failed", "helpless", "cancelled", "running"];
const RESTING = ["ready", "failed", "helpless", "cancelled"];
const FITS = {
  retry: ["failed", "cancelled"], keep: ["failed", "helpless"], cancel: ["running"], reprocess: RESTING, scrub: ["ready"], bates: ["ready"],
  review: LIVING, tag: LIVING, untag: LIVING, kind: LIVING, move: RESTING, download: LIVING, delete: LIVING, restore: ["deleted"], more: LIVING,
};

onPage("[data-documents]", (page, signal) => {
  const selected = new Set();
  let whole = null;
  let anchor = null;
  const boxes = () => [...page.querySelectorAll("[data-select]")];

  const draw = () => {
    for (const box of boxes()) {
      box.checked = whole !== null || selected.has(box.value);
      box.closest("tr").classList.toggle("is-selected", box.checked);
    }
    const all = page.querySelector("[data-select-all]");
    const every = whole !== null || (selected.size > 0 && selected.size === boxes().length);
    if (all) { all.checked = every; all.indeterminate = selected.size > 0 && !every; }
    drawBar(page, selected, boxes(), whole);
    drawWhole(page, every, boxes().length, whole);
  };
  const pick = (ids, on) => { whole = null; ids.forEach((id) => (on ? selected.add(id) : selected.delete(id))); };
  const clear = () => { whole = null; selected.clear(); draw(); };

  page.addEventListener("click", (event) => {
    const box = event.target.closest?.("[data-select]");
    if (!box) return;
    if (whole) boxes().forEach((other) => selected.add(other.value));
    const list = boxes();
    if (event.shiftKey && anchor) {
      const [from, to] = [list.findIndex((other) => other.value === anchor), list.indexOf(box)].sort((a, b) => a - b);
      pick(list.slice(Math.max(0, from), to + 1).map((other) => other.value), box.checked);
    } else pick([box.value], box.checked);
    anchor = box.value;
    draw();
  }, { signal });

  page.addEventListener("change", (event) => {
    if (!event.target.matches("[data-select-all]")) return;
    pick(boxes().map((box) => box.value), event.target.checked);
    draw();
    if (event.target.checked) announce(interpolate(gettext("%(n)s selected"), { n: selected.size }));
  }, { signal });

  page.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-bulk], [data-act], [data-whole-act]");
    if (!button) return;
    if (button.dataset.wholeAct === "select") {
      whole = { filter: JSON.parse(document.getElementById("list-filter").textContent), count: totalOf(page) };
      announce(interpolate(gettext("%(n)s selected"), { n: whole.count }));
      draw();
      page.querySelector("[data-whole-act]")?.focus();
      return;
    }
    const verb = button.dataset.bulk ?? button.dataset.act;
    if (!verb || verb === "clear") { clear(); return; }
    if (verb === "replace") { replace(button.dataset.id); return; }
    if (button.dataset.act) { await actOnOne(verb, button); return; }
    closeMenu(button);
    const ids = boxes().map((box) => box.value).filter((id) => selected.has(id)).filter((id) => FITS[verb].includes(stateOf(page, id)));
    const chosen = { case: button.closest("[data-case]").dataset.case, ...(whole ?? { documents: ids }) };
    if ((whole || ids.length) && await act(verb, chosen)) clear();
  }, { signal });

  addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented && (selected.size || whole) && !document.querySelector("dialog[open]")) clear(); }, { signal });
  document.addEventListener("lexintel:refreshed", () => {
    const present = new Set(boxes().map((box) => box.value));
    selected.forEach((id) => { if (!present.has(id)) selected.delete(id); });
    draw();
  }, { signal });
  tellOfDeletion();
  // The browser may have kept ticks over a reload; ours starts with none.
  draw();
});

function totalOf(page) {
  return Number(page.querySelector("[data-whole]").dataset.total);
}

function stateOf(page, id) {
  const row = page.querySelector(`[data-select][value="${CSS.escape(id)}"]`)?.closest("tr");
  return row && "helpless" in row.dataset ? "helpless" : row?.dataset.state ?? "";
}

/** States that documents of the whole filter may have. */
function statesOf(page) {
  return { "": LIVING, kept: ["ready"], failed: ["failed", "helpless"] }[page.dataset.status] ?? [page.dataset.status];
}

function drawBar(page, selected, boxes, whole) {
  const bar = page.querySelector("[data-bulk-bar]");
  if (!bar) return;
  const states = whole ? statesOf(page) : [...selected].map((id) => stateOf(page, id));
  bar.hidden = !selected.size && !whole;
  const words = whole ? gettext("%(n)s selected") : gettext("%(n)s of %(all)s selected");
  bar.querySelector("[data-bulk-count]").textContent = interpolate(words, { n: whole?.count ?? selected.size, all: boxes.length });
  bar.querySelectorAll("[data-bulk]").forEach((button) => { if (FITS[button.dataset.bulk]) button.hidden = !states.some((state) => FITS[button.dataset.bulk].includes(state)); });
}

/** "All 100 on this page are selected. Select all 312 of this filter" */
function drawWhole(page, every, shown, whole) {
  const line = page.querySelector("[data-whole]");
  if (!line) return;
  const total = whole?.count ?? totalOf(page);
  line.hidden = !whole && (!every || total <= shown);
  if (line.hidden) { line.replaceChildren(); return; }
  const said = whole ? interpolate(gettext("All %(n)s of this filter are selected."), { n: total }) : interpolate(gettext("All %(n)s on this page are selected."), { n: shown });
  const offer = whole ? gettext("Clear the selection") : interpolate(gettext("Select all %(n)s of this filter"), { n: total });
  if (line.textContent === `${said} ${offer}`) return;
  line.replaceChildren(`${said} `, el("button", { type: "button", class: "btn btn-link", "data-whole-act": whole ? "clear" : "select" }, offer));
}

function closeMenu(button) {
  const menu = button.closest("details.menu");
  if (menu) menu.open = false;
}

async function actOnOne(verb, button) {
  if (verb === "delete" && !(await confirmed(gettext("Delete this document? Its text leaves the search at once."), gettext("Delete")))) return;
  button.disabled = true;
  await run(verb, [button.dataset.id]);
  button.disabled = false;
}
