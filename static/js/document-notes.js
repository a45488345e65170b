// Notes and highlights: written on what is selected, listed in their panel, marked in the original and in the text.

import { el, icon, reveal, typing } from "./dom.js";
import { selectedWords, wordsOf } from "./document-selection.js";
import { gettext } from "./i18n.js";
import { recall, remember } from "./memory.js";
import { api } from "./net.js";
import { toast } from "./toasts.js";

const SETTLED_MS = 150;
const NARROW = matchMedia("(max-width: 600px)");

export class Notes {
  /** `page` is the DocumentPage. */
  constructor(page, signal) {
    Object.assign(this, { page, doc: page.doc, signal });
    this.panel = this.doc.querySelector("[data-notes]");
    this.bar = this.toolbar();
    this.doc.append(this.bar);
    const on = (target, name, act) => target.addEventListener(name, act, { signal });
    const settle = () => { clearTimeout(this.settling); this.settling = setTimeout(() => this.offer(), SETTLED_MS); };
    on(document, "selectionchange", settle);
    addEventListener("scroll", () => { if (!this.bar.hidden && !NARROW.matches) { this.bar.hidden = true; settle(); } }, { signal, passive: true, capture: true });
    on(document, "keydown", (event) => this.key(event));
    on(document, "lexintel:refreshed", () => this.page.pdf?.repaint());
    on(this.doc, "click", (event) => this.clicked(event));
    on(this.panel, "submit", (event) => this.saved(event));
  }

  get shared() { return "mayShare" in this.panel.dataset; }
  get colour() { return recall("note-colour") ?? "yellow"; }
  get items() { return [...this.panel.querySelectorAll("[data-note]")]; }
  item(id) { return this.panel.querySelector(`[data-note="${CSS.escape(id)}"]`); }
  selected() { return selectedWords(this.doc); }

  /** What the original is to mark on a page. */
  on(number) {
    return this.items.filter(({ dataset }) => Number(dataset.page) === number && !dataset.lost)
      .map(({ dataset }) => ({ id: dataset.note, words: dataset.words, nth: Number(dataset.nth), colour: dataset.colour, now: dataset.note === this.now }));
  }

  toolbar() {
    const colours = [...this.panel.querySelector("template").content.querySelectorAll("[name=colour]")];
    const highlight = gettext("Highlight in this colour");
    const swatches = colours.map((input) => el("button", { type: "button", class: `note-swatch note-${input.value}`, "data-highlight": input.value, title: highlight }, el("span", { class: "note-dot", "aria-hidden": "true" }), input.nextElementSibling.textContent));
    const act = (name, sign, label, key) => el("button", { type: "button", class: "note-act", [`data-${name}`]: true, title: key ? `${label} (${key})` : label }, icon(sign), label);
    const bar = el("div", { class: "note-bar", role: "toolbar", "aria-label": gettext("The selected words"), hidden: true }, el("div", { class: "note-swatches", role: "group", "aria-label": gettext("Highlight (h)") }, ...swatches), act("note-write", "note", gettext("Note"), "m"), act("copy-quote", "quote", gettext("Copy quote")));
    bar.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
    return bar;
  }

  /** Show the toolbar at the selection. */
  offer() {
    const words = this.selected();
    this.bar.hidden = !words || this.doc.querySelector(".note-dialog[open]") !== null;
    if (this.bar.hidden) return;
    const box = words.range.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.bar;
    const above = box.top - height - 8;
    const top = above > 60 ? above : Math.min(box.bottom + 8, innerHeight - height - 8);
    this.bar.style.setProperty("--bar-left", `${Math.round(Math.min(Math.max(8, box.left + box.width / 2 - width / 2), innerWidth - width - 8))}px`);
    this.bar.style.setProperty("--bar-top", `${Math.round(top)}px`);
  }

  key(event) {
    if (event.key === "Escape" && !this.bar.hidden) { this.bar.hidden = true; return; }
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "h") this.highlight(this.colour);
    if (event.key === "m") { event.preventDefault(); this.write(); }
  }

  clicked(event) {
    const button = event.target.closest("button, a");
    if (button?.dataset.highlight) this.highlight(button.dataset.highlight);
    else if (button && "noteWrite" in button.dataset) this.write();
    else if (button && "noteGoto" in button.dataset) { event.preventDefault(); this.go(button.closest("[data-note]").dataset.note); }
    else if (button && "noteEdit" in button.dataset) this.edit(button.closest("[data-note]"));
    else if (button && "noteDelete" in button.dataset) this.remove(button.closest("[data-note]").dataset.note);
    else if (button && "noteCancel" in button.dataset) this.cancel(button.closest("form"));
    else if (!button) this.pick(event.target.closest("mark[data-note]"));
  }

  /** A mark was clicked: its note in the list. */
  pick(mark) {
    if (!mark || !getSelection().isCollapsed || !this.item(mark.dataset.note)) return;
    this.page.choose("notes");
    this.emphasise(mark.dataset.note);
    const item = this.item(mark.dataset.note);
    reveal(item, this.panel);
    item.focus({ preventScroll: true });
  }

  /** The words that a new note is about: what is selected, else the passage that a link led to. */
  wanted() {
    const words = this.selected() ?? this.passage();
    if (!words) toast(gettext("Select the words first."));
    else if (words.cut) toast(gettext("A note stands on one page; it is on the words of the first."));
    return words;
  }

  passage() {
    const marks = this.page.panel?.querySelectorAll("mark.passage-found, mark.passage:not(.passage-around)") ?? [];
    if (!marks.length) return null;
    const range = document.createRange();
    range.setStartBefore(marks[0]);
    range.setEndAfter(marks[marks.length - 1]);
    return wordsOf(range, this.doc);
  }

  async highlight(colour) {
    const words = this.wanted();
    if (!words) return;
    remember("note-colour", colour);
    const made = await this.post(words, { colour, private: !this.shared });
    if (!made) return;
    getSelection().removeAllRanges();
    toast(this.shared ? gettext("Highlighted.") : gettext("Highlighted, for you only."), { act: gettext("Undo"), onact: () => this.remove(made.id, { quiet: true }) });
  }

  /** Ask for the note in a dialog, which gives the focus back where it was. */
  write() {
    const words = this.wanted();
    if (!words) return;
    this.bar.hidden = true;
    const form = this.form({ colour: this.colour });
    const dialog = el("dialog", { class: "dialog note-dialog", "aria-label": gettext("Note") }, el("blockquote", { class: "note-quote", dir: "auto" }, words.quote.length > 400 ? `${words.quote.slice(0, 400)} …` : words.quote), form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (await this.post(words, this.filled(form))) { dialog.close(); getSelection().removeAllRanges(); toast(gettext("The note is kept.")); }
    });
    dialog.addEventListener("close", () => dialog.remove());
    this.doc.append(dialog);
    dialog.showModal();
  }

  async post({ page, quote, start, before, after }, note) {
    try {
      const made = await api("POST", this.panel.dataset.notes, { json: { page, quote, start, before, after, ...note } });
      await this.refresh();
      return made;
    } catch (error) {
      toast(error.message, { error: true });
      return null;
    }
  }

  form({ body = "", colour, isPrivate = false }) {
    const form = this.panel.querySelector("template").content.firstElementChild.cloneNode(true);
    form.elements.body.value = body;
    form.elements.colour.value = colour;
    if (isPrivate) form.elements.private.checked = true;
    form.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); });
    return form;
  }

  filled({ elements }) {
    remember("note-colour", elements.colour.value);
    return { body: elements.body.value, colour: elements.colour.value, private: elements.private.checked };
  }

  /** In its place in the list. */
  edit(item) {
    this.panel.querySelectorAll(".note-item form").forEach((form) => this.cancel(form));
    const { body, colour, private: isPrivate } = item.dataset;
    item.classList.add("note-editing");
    item.append(this.form({ body, colour, isPrivate: Boolean(isPrivate) }));
    item.querySelector("textarea").focus();
  }

  cancel(form) {
    const dialog = form.closest("dialog");
    if (dialog) { dialog.close(); return; }
    const item = form.closest("[data-note]");
    form.remove();
    item.classList.remove("note-editing");
    item.querySelector("[data-note-edit]").focus();
  }

  async saved(event) {
    event.preventDefault();
    const { note: id } = event.target.closest("[data-note]").dataset;
    try {
      await api("PATCH", `/api/notes/${id}/`, { json: this.filled(event.target) });
    } catch (error) {
      toast(error.message, { error: true });
      return;
    }
    await this.refresh();
    this.item(id)?.querySelector("[data-note-edit]")?.focus();
  }

  async remove(id, { quiet = false } = {}) {
    const following = this.items[this.items.findIndex((item) => item.dataset.note === id) + 1]?.dataset.note;
    const inList = this.panel.contains(document.activeElement);
    if (!(await this.ask("DELETE", `/api/notes/${id}/`))) return;
    if (inList) (this.item(following) ?? this.panel).focus();
    if (!quiet) toast(gettext("The note was deleted."), { act: gettext("Undo"), onact: () => this.ask("POST", `/api/notes/${id}/restore/`) });
  }

  async ask(method, address) {
    try {
      await api(method, address);
      await this.refresh();
      return true;
    } catch (error) {
      toast(error.message, { error: true });
      return false;
    }
  }

  /** The list anew, and the marks in the original and in the text, where both are looked at. */
  async refresh() {
    const fragment = async (address) => {
      const answer = await fetch(address, { credentials: "same-origin", signal: this.signal });
      return answer.ok ? [...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes] : null;
    };
    const list = await fragment(this.panel.dataset.fragment);
    if (!list) return;
    const { scrollTop } = this.panel;
    this.panel.replaceChildren(...list);
    this.panel.scrollTop = scrollTop;
    const count = this.items.length;
    this.doc.querySelector("#tab-notes .chip-count").textContent = count ? ` ${count}` : "";
    this.page.pdf?.repaint();
    await this.page.reload();
  }

  /** To the place of a note. */
  async go(id) {
    const { page, start, lost } = this.item(id).dataset;
    if (lost) return;
    this.emphasise(id);
    if (this.page.narrow.matches) this.page.choose("main", { quiet: true });
    this.page.pdf?.showNote(Number(page), id);
    await this.page.go(Number(page), { offset: start, shown: true });
    const mark = this.page.panel?.querySelector(`mark[data-note="${CSS.escape(id)}"]`);
    if (mark) { mark.classList.add("note-now"); reveal(mark, this.page.panel); }
  }

  emphasise(id) {
    this.now = id;
    for (const item of this.items) item.toggleAttribute("data-now", item.dataset.note === id);
    this.doc.querySelectorAll(".reading-text mark[data-note]").forEach((mark) => mark.classList.toggle("note-now", mark.dataset.note === id));
    this.page.pdf?.repaint();
  }

  /** A link that leads to a note. */
  openAsked() {
    const id = new URLSearchParams(location.search).get("note");
    if (id && this.item(id)) { this.page.choose("notes", { quiet: true }); this.go(id); }
  }
}
