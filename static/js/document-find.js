// Find in this document: every place of some words, one after the other, marked in the original and in the text.

import { locate } from "./document-words.js";
import { gettext, interpolate } from "./i18n.js";
import { api } from "./net.js";
import { toast } from "./toasts.js";

const TYPING_MS = 300;
const MARK = globalThis.Highlight && CSS.highlights ? new Highlight() : null;
if (MARK) CSS.highlights.set("found", MARK);

/** `show(match)` brings the document to a match; the text panel is marked here, since it is drawn anew with each page. */
export class Find {
  constructor(form, { show, panel, signal }) {
    Object.assign(this, { form, show, panel, signal, matches: [], at: -1, asked: "" });
    this.field = form.querySelector("input");
    this.further = form.querySelector("[data-find-further]");
    this.count = form.querySelector("[data-find-count]");
    form.addEventListener("submit", (event) => { event.preventDefault(); this.entered(1); }, { signal });
    form.addEventListener("click", (event) => { const button = event.target.closest("[data-find-step]"); if (button) this.step(Number(button.dataset.findStep)); }, { signal });
    this.field.addEventListener("input", () => this.carry(), { signal });
    this.carry();
    this.field.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.search(), TYPING_MS); }, { signal });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); this.entered(-1); }
      if (event.key === "Escape" && this.field.value) { event.stopPropagation(); this.field.value = ""; this.search(); }
    }, { signal });
  }

  /** What was typed goes along to the search page. */
  carry() {
    if (!this.further) return;
    const address = new URL(this.further.href);
    address.searchParams.set("q", this.field.value.trim());
    this.further.href = address.href;
  }

  /** Enter: the next place; of words that were only just typed the first. */
  async entered(by) {
    clearTimeout(this.timer);
    if (this.field.value.trim() !== this.asked) await this.search();
    else this.step(by);
  }

  async search() {
    const asked = this.field.value.trim();
    if (asked === this.asked) return;
    this.asked = asked;
    let matches = [];
    try {
      if (asked) matches = await api("GET", `${this.form.dataset.find}?q=${encodeURIComponent(asked)}`, { signal: this.signal });
    } catch (error) {
      if (error.name !== "AbortError") toast(error.message, { error: true });
      return;
    }
    if (asked !== this.asked) return;
    this.matches = matches;
    this.at = -1;
    MARK?.clear();
    this.step(1);
  }

  async step(by) {
    const { length } = this.matches;
    for (const button of this.form.querySelectorAll("[data-find-step]")) button.disabled = !length;
    this.count.textContent = this.asked && !length ? gettext("Not found") : "";
    if (!length) return;
    this.at = (this.at + by + length) % length;
    const match = this.matches[this.at];
    this.count.textContent = interpolate(gettext("%(n)s of %(all)s"), { n: this.at + 1, all: length });
    await this.show(match);
    if (match === this.matches[this.at]) this.mark(match);
  }

  /** The words in the text beside (or instead of) the original. */
  mark(match) {
    const text = this.panel()?.querySelector(".reading-text");
    if (!MARK || !text) return;
    MARK.clear();
    const nodes = [];
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) nodes.push(node);
    const first = this.matches.find((other) => other.page === match.page && other.part === match.part);
    const found = locate(nodes.map((node) => node.data), match.words, match.nth - first.nth);
    for (const { piece, start, end } of found) {
      const range = new Range();
      range.setStart(nodes[piece], start);
      range.setEnd(nodes[piece], end);
      MARK.add(range);
    }
    const [top] = found;
    if (!top) return;
    const range = new Range();
    range.setStart(nodes[top.piece], top.start);
    range.setEnd(nodes[top.piece], top.end);
    const box = range.getBoundingClientRect();
    const panel = this.panel();
    if (panel.scrollHeight > panel.clientHeight + 4 && getComputedStyle(panel).overflowY !== "visible") panel.scrollTop += box.top - panel.getBoundingClientRect().top - panel.clientHeight / 3;
    else if (panel.offsetParent && (box.top < 80 || box.bottom > innerHeight - 60)) scrollBy({ top: box.top - innerHeight / 3 });
  }
}
