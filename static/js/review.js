// A review table: moving between cells, their quotations, corrections in place, and rows that follow the work on them.

import { gettext, interpolate, ngettext } from "./i18n.js";
import { ask } from "./asking.js";
import { el } from "./dom.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { onPage } from "./page.js";
import { progress } from "./progress.js";
import { confirmed } from "./shell.js";
import { announce, toast } from "./toasts.js";

const ROWS_EVERY_MS = 1000;
const CARD_AFTER_MS = 350;
const address = (page) => `/api/review-tables/${page.dataset.review}/`;

/** Do it, say what was refused, and have the page asked for again; true where it was done. */
async function change(method, url, json) {
  try { await api(method, url, { json }); } catch (error) { toast(error.message, { error: true }); return false; }
  refresh(0);
  return true;
}

/** Rows that have changed on the server since they were last asked for, exchanged one by one. */
class Rows {
  #timer = null;
  #last = 0;
  #since;

  constructor(page, signal) {
    this.page = page;
    this.signal = signal;
    this.#since = page.dataset.now;
    this.onchange = () => {};
  }

  soon() {
    if (this.#timer) return;
    this.#timer = setTimeout(() => { this.#timer = null; this.now(); }, Math.max(0, this.#last + ROWS_EVERY_MS - Date.now()));
  }

  async now() {
    this.#last = Date.now();
    const ids = [...this.page.querySelectorAll("[data-review-row]")].map((row) => row.dataset.reviewRow);
    if (!ids.length || document.hidden) return;
    try {
      const asked = new URLSearchParams({ since: this.#since, rows: ids.join() });
      const answer = await fetch(`${location.pathname}?${asked}`, { credentials: "same-origin", headers: { "X-Requested-With": "live" }, signal: this.signal });
      if (!answer.ok || answer.redirected) return;
      const body = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("tbody[data-now]");
      if (!body) return;
      this.#since = body.dataset.now;
      for (const row of [...body.children]) this.#exchange(row);
      this.onchange();
    } catch (error) {
      if (error.name !== "AbortError") console.debug("rows could not be asked for", error.message);
    }
  }

  #exchange(row) {
    const present = document.getElementById(row.id);
    if (!present || present.dataset.version === row.dataset.version) return;
    const focused = present.contains(document.activeElement) ? document.activeElement.id : "";
    const fresh = document.importNode(row, true);
    present.replaceWith(fresh);
    globalThis.htmx?.process(fresh);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

/** The grid: one cell is in the order of tabs, arrow keys move; the quotation is shown beside; a correction is written over the cell. */
class Cells {
  #current = "";
  #timer = null;
  #editor = null;

  constructor(page, rows, signal) {
    this.page = page;
    this.rows = rows;
    this.card = page.querySelector("#review-card");
    rows.onchange = () => this.restore();
    page.addEventListener("keydown", (event) => this.#key(event), { signal });
    page.addEventListener("focusin", ({ target }) => this.#focused(target), { signal });
    page.addEventListener("focusout", ({ target }) => { if (target.closest?.("[data-cell]")) this.#hideCard(); }, { signal });
    page.addEventListener("pointerover", ({ target }) => this.#pointed(target), { signal });
    page.addEventListener("pointerleave", () => this.#hideCard(), { signal });
    page.querySelector("[data-review-scroll]")?.addEventListener("scroll", () => { if (!this.card.hidden) this.#hideCard(); }, { signal, passive: true });
    page.addEventListener("click", (event) => this.#clicked(event), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.restore();
  }

  get #all() { return [...this.page.querySelectorAll("[data-cell]")]; }
  get #mayChange() { return "mayChange" in this.page.dataset; }

  /** After an exchange of rows one cell is in the order of tabs again. */
  restore() {
    const cell = (this.#current && document.getElementById(this.#current)) || this.#all[0];
    if (cell) { this.#current = cell.id; cell.tabIndex = 0; }
    if (this.#editor) this.#place(document.getElementById(this.#editor.dataset.of));
  }

  #focused(target) {
    const cell = target.closest?.("[data-cell]");
    if (!cell) return;
    const before = document.getElementById(this.#current);
    if (before && before !== cell) before.tabIndex = -1;
    this.#current = cell.id;
    cell.tabIndex = 0;
    this.#showSoon(cell);
  }

  #key(event) {
    const cell = event.target.closest?.("[data-cell]");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = cell.parentElement;
    const place = [...row.querySelectorAll("[data-cell]")].indexOf(cell);
    const of = (other) => other?.querySelectorAll("[data-cell]")[place];
    const moves = {
      ArrowLeft: () => cell.previousElementSibling?.closest("[data-cell]"),
      ArrowRight: () => cell.nextElementSibling?.closest("[data-cell]"),
      ArrowUp: () => of(row.previousElementSibling),
      ArrowDown: () => of(row.nextElementSibling),
      Home: () => row.querySelector("[data-cell]"),
      End: () => [...row.querySelectorAll("[data-cell]")].at(-1),
    };
    if (moves[event.key]) {
      event.preventDefault();
      const next = moves[event.key]();
      next?.focus({ preventScroll: true });
      if (next) intoView(next);
    } else if (event.key === "Enter" && event.target === cell && this.#mayChange) {
      event.preventDefault();
      this.#edit(cell);
    } else if (event.key === "o" || event.key === "O") {
      cell.querySelector(".cell-page")?.click();
    } else if (event.key === "Escape") this.#hideCard();
  }

  #clicked(event) {
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.target.closest("a, button") || String(getSelection())) return;
    cell.focus({ preventScroll: true });
    if (this.#mayChange) this.#edit(cell);
  }

  // The quotation

  #pointed(target) {
    const cell = target.closest?.("[data-cell]");
    if (cell) this.#showSoon(cell);
    else if (!target.closest?.("#review-card")) this.#hideCard();
  }

  #showSoon(cell) {
    if (this.card.dataset.of === cell.id && !this.card.hidden) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#showCard(cell), CARD_AFTER_MS);
  }

  #showCard(cell) {
    if (!cell.isConnected || this.#editor) return;
    const { quote, page, found } = cell.dataset;
    if (!quote && !found) { this.#hideCard(); return; }
    const where = page ? interpolate(gettext("Page %(page)s"), { page }) : "";
    this.card.replaceChildren(...[
      "corrected" in cell.dataset ? el("p", { class: "quiet" }, found ? gettext("Found in the document:") : gettext("Nothing was found in the document.")) : null,
      quote ? el("blockquote", {}, quote) : null,
      where && quote ? el("p", { class: "quiet" }, where) : null,
    ].filter(Boolean));
    this.card.dataset.of = cell.id;
    this.card.hidden = false;
    cell.setAttribute("aria-describedby", this.card.id);
    const box = cell.getBoundingClientRect();
    const { width, height } = this.card.getBoundingClientRect();
    const below = box.bottom + 6 + height < innerHeight;
    this.card.style.setProperty("--card-left", `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`);
    this.card.style.setProperty("--card-top", `${Math.max(8, below ? box.bottom + 6 : box.top - height - 6)}px`);
  }

  #hideCard() {
    clearTimeout(this.#timer);
    if (this.card.hidden) return;
    document.getElementById(this.card.dataset.of)?.removeAttribute("aria-describedby");
    this.card.hidden = true;
    this.card.dataset.of = "";
  }

  // Corrections

  #edit(cell) {
    this.#hideCard();
    this.#close();
    intoView(cell);
    const form = this.page.querySelector("[data-cell-editor]").content.firstElementChild.cloneNode(true);
    const text = form.elements.text;
    const corrected = "corrected" in cell.dataset;
    text.value = cell.querySelector(".cell-text")?.textContent ?? "";
    form.querySelector('[data-editor="back"]').hidden = !corrected;
    form.dataset.of = cell.id;
    this.#editor = form;
    this.page.querySelector("[data-review-scroll]").append(form);
    this.#place(cell);
    const before = text.value.trim();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (text.value.trim() === before) this.#close({ back: true }); else this.#save({ text: text.value.trim() });
    });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.#close({ back: true });
      else if (event.key === "Enter" && !event.shiftKey && event.target === text) { event.preventDefault(); form.requestSubmit(); }
    });
    form.addEventListener("click", (event) => {
      event.stopPropagation();
      const act = event.target.closest("[data-editor]")?.dataset.editor;
      if (act === "nothing") this.#save({ text: "" });
      else if (act === "back") this.#save({ corrected: null });
      else if (act === "cancel") this.#close({ back: true });
    });
    text.focus({ preventScroll: true });
    text.select();
    form.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #place(cell) {
    if (!cell) { this.#close(); return; }
    // Inside the table where there is room, so that what can be scrolled does not grow.
    const form = this.#editor;
    const table = cell.closest("table");
    form.style.setProperty("--editor-width", `${cell.offsetWidth}px`);
    const left = Math.min(cell.offsetLeft, table.offsetWidth - form.offsetWidth);
    const top = Math.min(cell.offsetTop, table.offsetHeight - form.offsetHeight);
    form.style.setProperty("--editor-left", `${Math.max(0, left)}px`);
    form.style.setProperty("--editor-top", `${Math.max(0, top)}px`);
  }

  #close({ back = false } = {}) {
    if (!this.#editor) return;
    const { of } = this.#editor.dataset;
    this.#editor.remove();
    this.#editor = null;
    if (back) document.getElementById(of)?.focus({ preventScroll: true });
  }

  async #save(json) {
    const id = this.#editor.dataset.of;
    for (const control of this.#editor.elements) control.disabled = true;
    try {
      await api("PATCH", `${address(this.page)}cells/${id.replace("cell-", "")}/`, { json });
    } catch (error) {
      toast(error.message, { error: true });
      for (const control of this.#editor?.elements ?? []) control.disabled = false;
      return;
    }
    this.#close();
    await this.rows.now();
    document.getElementById(id)?.focus({ preventScroll: true });
    announce(json.corrected === null ? gettext("The correction was taken back.") : gettext("Corrected."));
    refresh();
  }
}

/** Below the sticky head and beside the sticky column. */
function intoView(cell) {
  const box = cell.closest("[data-review-scroll]");
  const [head, first] = [box.querySelector("thead"), cell.parentElement.firstElementChild];
  if (getComputedStyle(head).position === "absolute") { cell.scrollIntoView({ block: "nearest" }); return; }
  const [at, own] = [box.getBoundingClientRect(), cell.getBoundingClientRect()];
  const [top, left] = [at.top + head.offsetHeight, at.left + first.offsetWidth];
  if (own.top < top) box.scrollTop -= top - own.top;
  else if (own.bottom > at.bottom) box.scrollTop += Math.min(own.bottom - at.bottom, own.top - top);
  if (own.left < left) box.scrollLeft -= left - own.left;
  else if (own.right > at.right) box.scrollLeft += Math.min(own.right - at.right, own.left - left);
  cell.closest("tr").scrollIntoView({ block: "nearest" });
}

// What editors do to the table

async function verbs(page, event) {
  const button = event.target.closest("button");
  if (!button || !page.contains(button)) return;
  const { dataset } = button;
  button.closest("details.menu")?.removeAttribute("open");
  if ("reviewFill" in dataset) await fill(page, dataset.reviewFill);
  else if ("addQuestion" in dataset) await question(page, null);
  else if ("editQuestion" in dataset) await question(page, button);
  else if ("addRows" in dataset) await addRows(page);
  else if ("removeRow" in dataset) await removeRow(page, button);
  else if ("renameTable" in dataset) await rename(page);
  else if ("deleteTable" in dataset) await drop(page);
}

async function fill(page, anew) {
  if (await change("POST", `${address(page)}fill/`, anew ? { anew: [anew] } : {})) announce(gettext("The table is being filled."));
}

function opened(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

async function question(page, button) {
  const dialog = page.querySelector("[data-question-dialog]");
  const form = dialog.querySelector("form");
  dialog.querySelectorAll("[data-of-existing]").forEach((part) => { part.hidden = !button; });
  form.elements.text.value = button?.dataset.text ?? "";
  form.elements.keep.checked = true;
  if (button) form.elements.number.value = button.dataset.number;
  const drop = dialog.querySelector("[data-delete-question]");
  drop.onclick = () => dialog.close("delete");
  form.elements.text.onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector('[value="save"]'));
  };
  const answer = await opened(dialog);
  const text = form.elements.text.value.trim();
  const url = button ? `${address(page)}questions/${button.dataset.editQuestion}/` : `${address(page)}questions/`;
  if (answer === "delete") {
    if (await confirmed(gettext("Delete this column, with what people wrote in it?"), gettext("Delete"))) await change("DELETE", url);
  } else if (answer === "save" && text && !button) {
    if (await change("POST", url, { text })) await fill(page, "");
  } else if (answer === "save" && text) {
    const json = { number: Number(form.elements.number.value), ...(text === button.dataset.text ? {} : { text, keep_corrections: form.elements.keep.checked }) };
    if ((await change("PATCH", url, json)) && json.text) await fill(page, "");
  }
}

async function addRows(page) {
  const dialog = page.querySelector("[data-rows-dialog]");
  if ((await opened(dialog)) !== "save") return;
  const kind = dialog.querySelector("select").value;
  try {
    const { added } = await api("POST", `${address(page)}rows/`, { json: { filter: kind ? { kind } : {} } });
    toast(added ? interpolate(ngettext("%(n)s document was added.", "%(n)s documents were added.", added), { n: added }) : gettext("All of these are in the table already."));
    if (added) await fill(page, "");
  } catch (error) { toast(error.message, { error: true }); }
}

async function removeRow(page, button) {
  const row = button.closest("tr");
  const written = row.querySelector("[data-corrected]");
  if (written && !(await confirmed(gettext("Take this document out of the table, with what people wrote in its row?"), gettext("Take out")))) return;
  await change("DELETE", `${address(page)}rows/${button.dataset.removeRow}/`);
}

async function rename(page) {
  const given = await ask({ title: gettext("Rename the table"), doIt: gettext("Rename"), fields: [{ name: "title", label: gettext("Title"), value: page.querySelector(".review-title h2").textContent, required: true }] });
  if (given?.title) await change("PATCH", address(page), { title: given.title });
}

async function drop(page) {
  if (!(await confirmed(gettext("Delete this table, with what people wrote in it? The documents stay."), gettext("Delete")))) return;
  try { await api("DELETE", address(page)); } catch (error) { toast(error.message, { error: true }); return; }
  location.assign(`/cases/${page.dataset.caseOf}/review/`);
}

// What fills the table is followed by its topic; it appears with the first filling.
onPage("[data-review-follow]", (element, signal) => progress.subscribe(element.dataset.reviewFollow, signal));

onPage("[data-review]", (page, signal) => {
  const rows = new Rows(page, signal);
  document.addEventListener("lexintel:progress", ({ detail }) => {
    if (page.querySelector(`[data-review-follow="${CSS.escape(detail.topic)}"]`)) rows.soon();
  }, { signal });
  page.addEventListener("click", (event) => verbs(page, event), { signal });
  const cells = new Cells(page, rows, signal);
  document.addEventListener("lexintel:refreshed", () => cells.restore(), { signal });
});
