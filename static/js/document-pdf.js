// The original of a PDF: pages are drawn when they come near the window, the asked passage is found in each page's own text.

import { el } from "./dom.js";
import { locate } from "./document-words.js";
import { Pictures, recognisedLayer } from "./document-pictures.js";
import { gettext, interpolate } from "./i18n.js";

const NEAR = "700px 0px";
const SCALES = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3];
const KEPT_PAGES = 12;
const MAX_PIXELS = 16_000_000;
const MARGIN = 26;
const RANGE_BYTES = 262_144;

export class PdfView {
  /** `passage` is {page, text: {number: words}} or {}; `onPage(number)` is called when another page has come into view. */
  constructor(root, { page, passage, signal, onPage }) {
    Object.assign(this, { root, passage, signal, onPage, page, count: 0, zoom: 1, pages: [], drawn: [], mention: null });
    this.scroll = root.querySelector("[data-pdf-scroll]");
    this.number = root.querySelector("[data-pdf-number]");
    this.recognised = new Set((root.dataset.recognised || "").split(",").filter(Boolean).map(Number));
    this.toPassage = passage.page ?? null;
    this.bind();
    this.open(page).catch((error) => this.failed(error));
  }

  bind() {
    const { signal } = this;
    const on = (name, act) => this.root.querySelector(`[data-pdf-${name}]`).addEventListener("click", act, { signal });
    on("previous", () => this.show(this.page - 1));
    on("next", () => this.show(this.page + 1));
    on("in", () => this.rescale(1));
    on("out", () => this.rescale(-1));
    on("passage", () => this.showPassage());
    this.number.addEventListener("change", () => this.show(Number(this.number.value) || this.page), { signal });
    this.scroll.addEventListener("scroll", () => this.scrolled(), { signal, passive: true });
    const resized = new ResizeObserver(() => this.resized());
    resized.observe(this.scroll);
    signal.addEventListener("abort", () => { resized.disconnect(); this.near?.disconnect(); this.loading?.destroy(); });
  }

  async open(page) {
    this.document = this.root.dataset.pictures ? new Pictures(this.root.dataset.pages, Number(this.root.dataset.pictures)) : await this.openPdf();
    this.count = this.document.numPages;
    this.root.querySelector("[data-pdf-count]").textContent = this.count;
    const first = await this.document.getPage(within(page, this.count));
    this.guess = first.getViewport({ scale: 1 });
    this.build();
    const asked = this.wanted ?? page; // somebody may have asked for another one meanwhile
    this.show(asked, { quietly: asked <= this.count });
  }

  async openPdf() {
    const { pdf, lib, worker, vendor } = this.root.dataset;
    this.lib = await import(lib);
    this.lib.GlobalWorkerOptions.workerSrc = worker;
    const base = new URL(vendor, location.href).href;
    // Only what is looked at is fetched. Without WebAssembly, which the content security policy does not allow.
    this.loading = this.lib.getDocument({
      url: new URL(pdf, location.href).href, withCredentials: true, rangeChunkSize: RANGE_BYTES, disableAutoFetch: true, disableStream: true,
      cMapUrl: `${base}cmaps/`, standardFontDataUrl: `${base}standard_fonts/`, wasmUrl: `${base}wasm/`, useWasm: false, enableXfa: false,
    });
    return this.loading.promise;
  }

  failed(error) {
    if (this.signal.aborted) return;
    const sentence = error?.name === "PasswordException"
      ? gettext("The original is protected by a password and cannot be shown here. You can download it.")
      : gettext("The original cannot be shown here. You can download it.");
    this.scroll.replaceChildren(el("p", { class: "note note-warn" }, sentence));
    this.root.classList.add("pdf-failed");
  }

  get room() { return Math.max(this.scroll.clientWidth - MARGIN, 200); }

  build() {
    this.width = this.room;
    this.pages = Array.from({ length: this.count }, (_, index) => {
      const element = el("div", { class: "pdf-page", "data-number": index + 1, role: "group", "aria-label": interpolate(gettext("Page %(n)s"), { n: index + 1 }) });
      this.size(element, this.guess);
      return { element, number: index + 1, state: "empty" };
    });
    this.scroll.replaceChildren(...this.pages.map((page) => page.element));
    this.near = new IntersectionObserver((entries) => entries.forEach((entry) => this.seen(entry)), { root: this.scroll, rootMargin: NEAR });
    this.pages.forEach((page) => this.near.observe(page.element));
  }

  scaleFor(viewport) { return (this.width / viewport.width) * this.zoom; }

  size(element, viewport) {
    const scale = this.scaleFor(viewport);
    element.style.setProperty("--page-width", `${Math.round(viewport.width * scale)}px`);
    element.style.setProperty("--page-height", `${Math.round(viewport.height * scale)}px`);
    element.style.setProperty("--total-scale-factor", String(scale));
  }

  seen({ target, isIntersecting }) {
    const page = this.pages[Number(target.dataset.number) - 1];
    page.near = isIntersecting;
    if (isIntersecting && page.state === "empty") this.draw(page).catch((error) => this.undrawn(page, error));
  }

  undrawn(page, error) {
    page.state = "empty";
    if (error?.name === "RenderingCancelledException" || error?.name === "AbortException" || this.signal.aborted) return;
    page.state = "failed";
    page.element.replaceChildren(el("p", { class: "pdf-page-failed" }, gettext("This page cannot be drawn.")));
  }

  async draw(page) {
    page.state = "drawing";
    const run = (page.run = (page.run ?? 0) + 1);
    const stale = () => page.run !== run || this.signal.aborted;
    const source = await this.document.getPage(page.number);
    if (stale()) return;
    const plain = source.getViewport({ scale: 1 });
    this.resize(page, plain);
    const scale = this.scaleFor(plain);
    const sharp = Math.min(devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / (plain.width * plain.height)) / scale);
    const viewport = source.getViewport({ scale: scale * sharp });
    const canvas = el("canvas", { width: Math.floor(viewport.width), height: Math.floor(viewport.height), "aria-hidden": "true" });
    page.task = source.render({ canvas, viewport });
    await page.task.promise;
    if (stale()) return;
    const text = el("div", { class: "text-layer" });
    page.element.replaceChildren(canvas, text);
    page.state = "drawn";
    this.forget(page);
    page.layer = await this.layer(page.number, source, text, source.getViewport({ scale }));
    if (!stale()) this.mark(page);
  }

  /** The page's words where they stand: as they were recognised, else those of the PDF itself. */
  async layer(number, source, container, viewport) {
    if (this.recognised.has(number)) {
      const textDivs = await recognisedLayer(this.root.dataset.pages, number, container, this.signal);
      if (textDivs) return { textDivs };
    }
    if (!this.lib) return { textDivs: [] };
    const layer = new this.lib.TextLayer({ textContentSource: source.streamTextContent(), container, viewport });
    await layer.render();
    return layer;
  }

  /** A page that turns out larger or smaller than guessed must not move what is being read. */
  resize(page, viewport) {
    const before = page.element.offsetHeight;
    this.size(page.element, viewport);
    const grown = page.element.offsetHeight - before;
    if (grown && page.number < this.page) this.moveTo(this.scroll.scrollTop + grown);
  }

  /** Only some pages are kept drawn, so that a long document does not fill the memory. */
  forget(page) {
    this.drawn = [...this.drawn.filter((other) => other !== page), page];
    for (const other of this.drawn.slice(0, -KEPT_PAGES)) {
      if (other.near) continue;
      this.clear(other);
      this.drawn = this.drawn.filter((one) => one !== other);
    }
  }

  clear(page) {
    page.run = (page.run ?? 0) + 1;
    page.task?.cancel();
    page.layer = null;
    page.element.replaceChildren();
    page.state = "empty";
  }

  mark(page) {
    const found = this.passage.found?.[page.number];
    const marked = this.paint(page, this.passage.text?.[page.number], this.passage.found ? "pdf-passage pdf-around" : "pdf-passage");
    if (found) this.paint(page, found, "pdf-passage pdf-found");
    if (this.mention?.page === page.number && this.paint(page, this.mention.words, "pdf-mention", this.mention.nth)) this.centre(page, ".pdf-mention");
    if (!marked) return;
    page.element.dataset.marked = String(marked);
    this.root.querySelector("[data-pdf-passage]").hidden = false;
    if (page.number === this.toPassage && page.number === this.page) { this.toPassage = null; this.centre(page, ".pdf-passage"); }
  }

  /** Put <mark> around the words where the page's text layer has them; returns in how many pieces. */
  paint(page, words, name, nth = 0) {
    if (!words || !page.layer) return 0;
    const found = locate(page.layer.textDivs.map((div) => div.textContent), words, nth);
    for (const { piece, start, end } of found) {
      const div = page.layer.textDivs[piece];
      div.marks = [...(div.marks ?? []), { name, start, end }];
      draw(div);
    }
    return found.length;
  }

  /** Mark words (a mention of an authority, something that was found; the nth of several) on a page, and show them when it is drawn. */
  point(page, words, nth = 0) {
    const before = this.mention && this.pages[this.mention.page - 1];
    this.mention = { page, words, nth };
    for (const one of new Set([before, this.pages[page - 1]])) if (one?.state === "drawn") { this.clear(one); this.again(one); }
  }

  /** Of a passage the sentence that was found comes into the middle, where there is one. */
  centre(page, wanted) {
    const selector = wanted === ".pdf-passage" && page.element.querySelector(".pdf-found") ? ".pdf-found" : wanted;
    const mark = page.element.querySelector(selector);
    if (!mark) return;
    const offset = mark.getBoundingClientRect().top - this.scroll.getBoundingClientRect().top;
    const last = [...page.element.querySelectorAll(selector)].at(-1).getBoundingClientRect().bottom - mark.getBoundingClientRect().top;
    this.moveTo(this.scroll.scrollTop + offset - Math.max(24, (this.scroll.clientHeight - last) / 2));
  }

  showPassage() {
    this.show(this.passage.page);
    this.centre(this.pages[this.passage.page - 1], ".pdf-passage");
    if (this.pages[this.passage.page - 1].state !== "drawn") this.toPassage = this.passage.page;
  }

  show(number, { quietly = false } = {}) {
    if (!this.pages.length) { this.wanted = number; return; }
    const page = within(number, this.count);
    this.moveTo(this.pages[page - 1].element.offsetTop - 12);
    this.turn(page, quietly);
  }

  /** Scroll without this being taken for a reader's own scrolling. */
  moveTo(top) {
    this.scroll.scrollTop = top;
    this.rest = this.scroll.scrollTop;
  }

  turn(page, quietly = false) {
    this.page = page;
    this.number.value = page;
    if (!quietly) this.onPage(page);
  }

  scrolled() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      if (!this.pages.length || Math.abs(this.scroll.scrollTop - this.rest) < 2) return;
      this.rest = null;
      const page = this.pageInView();
      if (page !== this.page) this.turn(page);
    });
  }

  pageInView() {
    const middle = this.scroll.scrollTop + this.scroll.clientHeight / 3;
    let [low, high] = [0, this.pages.length - 1];
    while (low < high) {
      const half = (low + high + 1) >> 1;
      if (this.pages[half].element.offsetTop <= middle) low = half; else high = half - 1;
    }
    return this.pages[low].number;
  }

  rescale(step) {
    const at = SCALES.findIndex((scale) => scale >= this.zoom - 0.001);
    this.zoom = SCALES[Math.min(Math.max(at + step, 0), SCALES.length - 1)];
    this.redraw();
  }

  resized() {
    if (!this.pages.length || !this.scroll.clientWidth || Math.abs(this.room - this.width) < 24) return;
    this.width = this.room;
    this.redraw();
  }

  redraw() {
    for (const one of this.pages) {
      if (one.state !== "empty") this.clear(one);
      this.size(one.element, this.guess);
      this.again(one);
    }
    this.drawn = [];
    this.toPassage = this.passage.page === this.page ? this.page : null;
    this.show(this.page, { quietly: true });
  }

  /** Let the observer tell once more whether the page is near. */
  again(page) {
    this.near.unobserve(page.element);
    this.near.observe(page.element);
  }
}

const within = (number, count) => Math.min(Math.max(Math.floor(number) || 1, 1), count);

/** A piece of the text layer with its marks; where two cover the same letters, the later one counts. */
function draw(div) {
  const text = div.textContent;
  const edges = [...new Set([0, text.length, ...div.marks.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  const parts = edges.slice(1).map((end, index) => {
    const mark = div.marks.findLast((one) => one.start <= edges[index] && one.end >= end);
    const letters = text.slice(edges[index], end);
    return mark ? el("mark", { class: mark.name }, letters) : letters;
  });
  div.replaceChildren(...parts);
}
