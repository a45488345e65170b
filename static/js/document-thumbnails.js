// Small pictures of the pages beside the original. Only those in view exist, however many pages there are; they wait for the page that is read.

import { el } from "./dom.js";
import { gettext, interpolate } from "./i18n.js";
import { recall, remember } from "./memory.js";

const WIDTH = 104;
const HEIGHT = 158;
const BEYOND = 3;
const KEPT = 60;

export class Thumbnails {
  /** `list` is a listbox that scrolls, `toggle` its button; `view` is the PdfView. */
  constructor(list, toggle, { view, signal }) {
    Object.assign(this, { list, toggle, view, signal, shown: new Map(), active: view.page });
    toggle.addEventListener("click", () => this.show(list.hidden), { signal });
    list.addEventListener("scroll", () => this.fill(), { signal, passive: true });
    list.addEventListener("keydown", (event) => this.key(event), { signal });
    list.addEventListener("click", (event) => { const item = event.target.closest("[role=option]"); if (item) this.choose(Number(item.dataset.number)); }, { signal });
    const resized = new ResizeObserver(() => this.fill());
    resized.observe(list);
    signal.addEventListener("abort", () => { resized.disconnect(); this.task?.cancel(); });
  }

  /** The document is there. */
  opened() {
    this.rows = el("div", { class: "pdf-thumb-rows", role: "presentation" });
    this.rows.style.setProperty("--rows", String(this.view.count));
    this.list.replaceChildren(this.rows);
    this.toggle.disabled = this.view.count < 2;
    if (this.view.count > 1 && recall("thumbnails") === "1" && matchMedia("(min-width: 601px)").matches) this.show(true, { quiet: true });
  }

  close() { this.show(false, { quiet: true }); this.toggle.disabled = true; }

  show(on, { quiet = false } = {}) {
    this.list.hidden = !on;
    this.toggle.setAttribute("aria-expanded", String(on));
    if (!quiet) remember("thumbnails", on ? "1" : null);
    if (!on) return;
    this.reveal(this.view.page);
    if (!quiet) this.list.focus();
  }

  /** Another page is being read. */
  turned(page) {
    this.active = page;
    if (this.rows && !this.list.hidden) this.reveal(page);
  }

  redraw() {
    for (const item of this.shown.values()) item.remove();
    this.shown.clear();
    this.fill();
  }

  reveal(page) {
    const top = (page - 1) * HEIGHT;
    const { scrollTop, clientHeight } = this.list;
    if (top < scrollTop || top + HEIGHT > scrollTop + clientHeight) this.list.scrollTop = Math.max(0, top - (clientHeight - HEIGHT) / 2);
    this.fill();
  }

  /** Let those in view exist, and few others. */
  fill() {
    if (!this.rows || this.list.hidden) return;
    const first = Math.max(1, Math.floor(this.list.scrollTop / HEIGHT) + 1 - BEYOND);
    const last = Math.min(this.view.count, Math.ceil((this.list.scrollTop + this.list.clientHeight) / HEIGHT) + BEYOND);
    for (const [number, item] of this.shown) if (number < first - KEPT / 2 || number > last + KEPT / 2) { item.remove(); this.shown.delete(number); }
    for (let number = first; number <= last; number += 1) if (!this.shown.has(number)) this.shown.set(number, this.item(number));
    for (const [number, item] of this.shown) item.setAttribute("aria-selected", String(number === this.active));
    this.list.setAttribute("aria-activedescendant", `thumb-${this.active}`);
    this.near = [first, last];
    this.go();
  }

  item(number) {
    const item = el("div", { class: "pdf-thumb", role: "option", id: `thumb-${number}`, "data-number": number, "aria-posinset": number, "aria-setsize": this.view.count, "aria-label": interpolate(gettext("Page %(n)s"), { n: number }) }, el("span", { class: "pdf-thumb-sheet" }), el("span", { "aria-hidden": "true" }, String(number)));
    item.style.setProperty("--row", String(number - 1));
    this.rows.append(item);
    return item;
  }

  /** Draw the next one that is in view and not drawn: one at a time, when the page that is read is there. */
  async go() {
    if (this.drawing || !this.near || this.list.hidden || this.view.pages[this.view.page - 1]?.state === "drawing") return;
    const [first, last] = this.near;
    const next = [...this.shown].filter(([number, item]) => number >= first && number <= last && !item.dataset.drawn).sort(([one], [other]) => Math.abs(one - this.active) - Math.abs(other - this.active))[0];
    if (!next) return;
    this.drawing = true;
    const [number, item] = next;
    item.dataset.drawn = "1";
    try {
      await this.draw(number, item);
    } catch (error) {
      if (!this.signal.aborted) item.classList.add("pdf-thumb-failed");
    }
    this.drawing = false;
    if (!this.signal.aborted) this.go();
  }

  async draw(number, item) {
    const source = await this.view.document.getPage(number);
    const plain = this.view.viewport(source);
    const sharp = Math.min(2, devicePixelRatio || 1);
    const scale = Math.min(WIDTH / plain.width, (HEIGHT - 32) / plain.height);
    const viewport = this.view.viewport(source, scale * sharp);
    const canvas = el("canvas", { width: Math.max(1, Math.floor(viewport.width)), height: Math.max(1, Math.floor(viewport.height)) });
    canvas.style.setProperty("width", `${Math.round(plain.width * scale)}px`);
    this.task = source.render({ canvas, viewport });
    await this.task.promise;
    item.firstChild.replaceChildren(canvas);
  }

  key(event) {
    const shown = Math.max(1, Math.floor(this.list.clientHeight / HEIGHT) - 1);
    const to = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + shown, PageUp: this.active - shown, Home: 1, End: this.view.count }[event.key];
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.choose(this.active); }
    if (to === undefined) return;
    event.preventDefault();
    this.active = Math.min(Math.max(to, 1), this.view.count);
    this.reveal(this.active);
  }

  choose(number) {
    this.active = number;
    this.view.show(number);
    if (!matchMedia("(min-width: 601px)").matches) this.show(false, { quiet: true });
  }
}
