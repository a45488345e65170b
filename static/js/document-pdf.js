// The original of a PDF: pages are drawn when they come near the window, the asked passage is found in each page's own text.

import { el } from "./dom.js";
import { locate, locateBetween } from "./document-words.js";
import { citationsOn, citing, placeCitations } from "./document-citations.js";
import { keepingSelection, select, selectedIn } from "./document-selection.js";
import { Pictures, recognisedLayer } from "./document-pictures.js";
import { Thumbnails } from "./document-thumbnails.js";
import { gettext, interpolate } from "./i18n.js";
import { indexOf, transport } from "./document-ranges.js";
import { recall, remember } from "./memory.js";
import { RefusedError } from "./net.js";

const NEAR = "700px 0px";
const SCALES = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3];
const KEPT_PAGES = 12;
const MAX_PIXELS = 16_000_000;
const MARGIN = 26;
const RANGE_BYTES = 65_536;

export class PdfView {
  /** `passage` is {page, text: {number: words}} or {}, with `found` {number: words} and `around` {number: [before, after]} where words of it are meant; `notes(number)` gives [{id, words, nth, colour}] on a page; `onPage(number)` is called
   *  when another page has come into view. */
  constructor(root, { page, passage, notes, signal, onPage }) {
    Object.assign(this, { root, passage, notes, signal, onPage, page, count: 0, zoom: 1, pages: [], drawn: [], mention: null, target: null });
    this.fit = recall("fit") === "page" ? "page" : "width";
    this.turning = `rotation.${root.dataset.document}`;
    this.rotation = Number(recall(this.turning)) || 0;
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
    on("rotate", () => this.rotate());
    for (const fit of ["width", "page"]) on(`fit-${fit}`, () => this.fitTo(fit));
    this.pressed();
    this.thumbnails = new Thumbnails(this.root.querySelector("[data-pdf-thumbs]"), this.root.querySelector("[data-pdf-thumbs-toggle]"), { view: this, signal });
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
    this.first = await this.document.getPage(within(page, this.count));
    this.guess = this.viewport(this.first);
    this.build();
    this.thumbnails.opened();
    const asked = this.wanted ?? page; // somebody may have asked for another one meanwhile
    this.show(asked, { quietly: asked <= this.count });
  }

  async openPdf() {
    const { pdf, lib, worker, vendor } = this.root.dataset;
    this.lib = await import(lib);
    this.lib.GlobalWorkerOptions.workerSrc = worker;
    const base = new URL(vendor, location.href).href;
    // Only what is looked at is fetched. Without WebAssembly, which the content security policy does not allow.
    const address = new URL(pdf, location.href).href;
    const index = this.root.dataset.index && (await indexOf(this.root.dataset.index, this.signal));
    const source = index ? { range: transport(this.lib, address, Number(this.root.dataset.size), index, (error) => this.failed(error)) } : { url: address, withCredentials: true };
    this.loading = this.lib.getDocument({
      ...source, rangeChunkSize: RANGE_BYTES, disableAutoFetch: true, disableStream: true,
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
    this.thumbnails.close();
    this.root.classList.add("pdf-failed");
  }

  /** A page's measures as the reader has turned it. */
  viewport(source, scale = 1) { return source.getViewport({ scale, rotation: (source.rotate + this.rotation) % 360 }); }

  get room() { return Math.max(this.scroll.clientWidth - MARGIN, 200); }
  get height() { return Math.max(this.scroll.clientHeight - MARGIN, 200); }

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

  scaleFor(viewport) {
    const wide = this.width / viewport.width;
    return (this.fit === "page" ? Math.min(wide, this.height / viewport.height) : wide) * this.zoom;
  }

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
    const plain = this.viewport(source);
    this.resize(page, plain);
    const scale = this.scaleFor(plain);
    const sharp = Math.min(devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / (plain.width * plain.height)) / scale);
    const viewport = this.viewport(source, scale * sharp);
    const canvas = el("canvas", { width: Math.floor(viewport.width), height: Math.floor(viewport.height), "aria-hidden": "true" });
    page.task = source.render({ canvas, viewport });
    await page.task.promise;
    if (stale()) return;
    const text = el("div", { class: "text-layer" });
    page.element.replaceChildren(canvas, text);
    page.state = "drawn";
    this.forget(page);
    page.layer = await this.layer(page.number, source, text, this.viewport(source, scale));
    if (!stale()) {
      keepingSelection(page.element, () => this.mark(page));
      select(page.element, page.selected);
      page.selected = null;
    }
    this.thumbnails.go();
    if (!stale()) await this.cite(page, stale);
  }

  /** The page's citations open their cards. Without them (the server can't be reached) the page is read all the same. */
  async cite(page, stale) {
    try {
      page.citations ??= await citationsOn(this.root.dataset.pages, page.number, this.signal);
    } catch (error) {
      if (error instanceof RefusedError || error?.name === "AbortError") return;
      throw error;
    }
    if (!stale()) keepingSelection(page.element, () => placeCitations(page.layer.textDivs, page.citations).forEach(draw));
  }

  /** The page's words where they stand: as they were recognised, else those of the PDF itself. */
  async layer(number, source, container, viewport) {
    if (this.recognised.has(number)) {
      const textDivs = await recognisedLayer(this.root.dataset.pages, number, container, this.rotation, this.signal);
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
    page.selected ??= selectedIn(page.element); // until it is drawn again
    page.element.replaceChildren();
    page.state = "empty";
  }

  /** Paint what is marked on a page: notes below, then the passage, then what was looked for. `still`: without moving to it. */
  mark(page, { still = false } = {}) {
    for (const note of this.notes(page.number)) this.paint(page, note.words, `pdf-note note-${note.colour}${note.now ? " note-now" : ""}`, note);
    const found = this.passage.found?.[page.number];
    const marked = this.paint(page, this.passage.text?.[page.number], this.passage.found ? "pdf-passage pdf-around" : "pdf-passage");
    if (found) this.paint(page, found, "pdf-passage pdf-found", { around: this.passage.around?.[page.number] });
    const { mention, target } = this;
    if (mention?.page === page.number && this.paint(page, mention.words, "pdf-mention", mention) && !still) this.centre(page, ".pdf-mention");
    if (target?.page === page.number) { this.target = null; this.centre(page, target.selector); }
    if (!marked) return;
    page.element.dataset.marked = String(marked);
    this.root.querySelector("[data-pdf-passage]").hidden = false;
    if (!still && page.number === this.toPassage && page.number === this.page) { this.toPassage = null; this.centre(page, ".pdf-passage"); }
  }

  /** The notes have changed. */
  repaint() {
    keepingSelection(this.scroll, () => {
      for (const page of this.pages.filter(({ state, layer }) => state === "drawn" && layer)) {
        for (const div of page.layer.textDivs) if (div.marks) { div.marks = []; draw(div); }
        this.mark(page, { still: true });
      }
    });
  }

  /** Put <mark> around the words where the page's text layer has them, of several where that stands around them; returns in how many pieces. */
  paint(page, words, name, { nth = 0, id, around } = {}) {
    if (!words || !page.layer) return 0;
    const pieces = page.layer.textDivs.map((div) => div.textContent);
    const between = around ? locateBetween(pieces, [{ words, before: around[0], after: around[1] }])[0] : [];
    const found = between.length ? between : locate(pieces, words, nth);
    for (const { piece, start, end } of found) {
      const div = page.layer.textDivs[piece];
      div.marks = [...(div.marks ?? []), { name, start, end, id }];
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

  /** Bring the place of a note into the middle, now or when its page is drawn. */
  showNote(page, id) {
    this.target = { page, selector: `[data-note="${CSS.escape(id)}"]` };
    this.show(page, { quietly: true });
    if (this.pages[page - 1]?.state === "drawn") this.repaint();
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
    this.thumbnails.turned(page);
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
    this.pressed();
    this.redraw();
  }

  fitTo(fit) {
    this.fit = fit;
    this.zoom = 1;
    remember("fit", fit === "width" ? null : fit);
    this.pressed();
    this.redraw();
  }

  /** A quarter to the right: on this screen only, for this person. */
  rotate() {
    this.rotation = (this.rotation + 90) % 360;
    remember(this.turning, this.rotation || null);
    if (this.first) this.guess = this.viewport(this.first);
    this.redraw();
    this.thumbnails.redraw();
  }

  pressed() {
    for (const fit of ["width", "page"]) this.root.querySelector(`[data-pdf-fit-${fit}]`).setAttribute("aria-pressed", String(this.fit === fit && this.zoom === 1));
  }

  resized() {
    if (matchMedia("print").matches) return; // what is drawn is what goes to paper
    if (!this.pages.length || !this.scroll.clientWidth || Math.abs(this.room - this.width) < 24) return;
    this.width = this.room;
    this.redraw();
  }

  redraw() {
    if (!this.pages.length) return;
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

/** A piece of the text layer with its marks (where two cover the same letters, the later one counts) and its citations. */
function draw(div) {
  const text = div.textContent;
  const [marks, cites] = [div.marks ?? [], div.cites ?? []];
  const edges = [...new Set([0, text.length, ...[...marks, ...cites].flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  const parts = edges.slice(1).map((end, index) => {
    const here = (one) => one.start <= edges[index] && one.end >= end;
    const [mark, cite] = [marks.findLast(here), cites.find(here)];
    const letters = text.slice(edges[index], end);
    if (!mark && !cite) return letters;
    return el("mark", { class: [mark?.name, cite && "cite"].filter(Boolean).join(" "), "data-note": mark?.id, ...citing(cite) }, letters);
  });
  div.replaceChildren(...parts);
}
