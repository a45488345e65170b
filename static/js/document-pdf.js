// The original of a PDF: pages are drawn when they come near the window, the asked passage is found in each page's own text.

import { el } from "./dom.js";
import { gettext, interpolate } from "./i18n.js";

const NEAR = "900px 0px";
const SCALES = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3];
const KEPT_PAGES = 16;
const MAX_PIXELS = 16_000_000;
const ENDS = 48;

export class PdfView {
  constructor(root, { page, passage, signal, onPage }) {
    Object.assign(this, { root, passage, signal, onPage, page, count: 0, zoom: 1, pages: [], drawn: [] });
    this.scroll = root.querySelector("[data-pdf-scroll]");
    this.number = root.querySelector("[data-pdf-number]");
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
    this.number.addEventListener("change", () => this.show(Number(this.number.value) || this.page), { signal });
    this.scroll.addEventListener("scroll", () => this.scrolled(), { signal, passive: true });
    const resized = new ResizeObserver(() => this.resized());
    resized.observe(this.scroll);
    signal.addEventListener("abort", () => { resized.disconnect(); this.near?.disconnect(); this.loading?.destroy(); });
  }

  async open(page) {
    const { pdf, lib, worker, vendor } = this.root.dataset;
    this.lib = await import(lib);
    this.lib.GlobalWorkerOptions.workerSrc = worker;
    const base = new URL(vendor, location.href).href;
    this.loading = this.lib.getDocument({
      url: new URL(pdf, location.href).href, withCredentials: true, rangeChunkSize: 262_144, disableAutoFetch: true,
      cMapUrl: `${base}cmaps/`, standardFontDataUrl: `${base}standard_fonts/`, wasmUrl: `${base}wasm/`, useWasm: false, enableXfa: false,
    });
    this.document = await this.loading.promise;
    this.count = this.document.numPages;
    this.root.querySelector("[data-pdf-count]").textContent = this.count;
    const first = await this.document.getPage(Math.min(Math.max(page, 1), this.count));
    this.guess = first.getViewport({ scale: 1 });
    this.build();
    this.show(page);
  }

  failed(error) {
    if (this.signal.aborted) return;
    const sentence = error?.name === "PasswordException"
      ? gettext("The original is protected by a password and cannot be shown here. You can download it.")
      : gettext("The original cannot be shown here. You can download it; its text, where there is any, stands beside.");
    this.scroll.replaceChildren(el("p", { class: "note note-warn" }, sentence));
  }

  build() {
    this.width = this.scroll.clientWidth - 26;
    this.pages = Array.from({ length: this.count }, (_, index) => {
      const element = el("div", { class: "pdf-page", "data-number": index + 1, role: "img", "aria-label": interpolate(gettext("Page %(n)s"), { n: index + 1 }) });
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
    if (error?.name !== "RenderingCancelledException" && !this.signal.aborted) console.warn(`page ${page.number} was not drawn:`, error.message);
  }

  async draw(page) {
    page.state = "drawing";
    const source = await this.document.getPage(page.number);
    const plain = source.getViewport({ scale: 1 });
    const top = this.scroll.scrollTop;
    const before = page.element.offsetHeight;
    this.size(page.element, plain);
    if (page.number < this.page) this.scroll.scrollTop = top + page.element.offsetHeight - before;
    const scale = this.scaleFor(plain);
    const sharp = Math.min(devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / (plain.width * plain.height)) / scale);
    const viewport = source.getViewport({ scale: scale * sharp });
    const canvas = el("canvas", { width: Math.floor(viewport.width), height: Math.floor(viewport.height) });
    page.task = source.render({ canvas, viewport });
    await page.task.promise;
    const text = el("div", { class: "text-layer" });
    const layer = new this.lib.TextLayer({ textContentSource: source.streamTextContent(), container: text, viewport: source.getViewport({ scale }) });
    page.element.replaceChildren(canvas, text);
    page.element.setAttribute("role", "group");
    page.state = "drawn";
    this.forget(page);
    await layer.render();
    this.mark(page, layer);
  }

  /** Only some pages are kept drawn, so that a long document does not fill the memory. */
  forget(page) {
    this.drawn = [...this.drawn.filter((other) => other !== page), page];
    for (const other of this.drawn.slice(0, -KEPT_PAGES)) {
      if (other.near) continue;
      other.element.replaceChildren();
      other.state = "empty";
      this.drawn = this.drawn.filter((one) => one !== other);
    }
  }

  mark(page, layer) {
    const wanted = squeeze(this.passage?.text?.[page.number] ?? "");
    if (!wanted) return;
    const pieces = layer.textContentItemsStr.map(squeeze);
    const range = find(pieces.join(""), wanted);
    if (!range) return;
    let at = 0;
    const marked = pieces.flatMap((piece, index) => {
      const start = at;
      at += piece.length;
      return piece && start < range[1] && at > range[0] ? [layer.textDivs[index]] : [];
    });
    marked.forEach((span) => span.classList.add("pdf-passage"));
    if (page.number === this.passage.page && !this.shown) { this.shown = true; marked[0]?.scrollIntoView({ block: "center" }); }
    page.element.dataset.marked = String(marked.length);
  }

  show(number) {
    if (!this.pages.length) return;
    const page = Math.min(Math.max(number, 1), this.count);
    this.scroll.scrollTop = this.pages[page - 1].element.offsetTop - 12;
    this.turn(page);
  }

  turn(page) {
    this.page = page;
    this.number.value = page;
    this.onPage(page);
  }

  scrolled() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      const middle = this.scroll.scrollTop + this.scroll.clientHeight / 3;
      let [low, high] = [0, this.pages.length - 1];
      while (low < high) {
        const half = (low + high + 1) >> 1;
        if (this.pages[half].element.offsetTop <= middle) low = half; else high = half - 1;
      }
      if (this.pages[low] && this.pages[low].number !== this.page) this.turn(this.pages[low].number);
    });
  }

  rescale(step) {
    const at = SCALES.findIndex((scale) => scale >= this.zoom - 0.001);
    this.zoom = SCALES[Math.min(Math.max(at + step, 0), SCALES.length - 1)];
    this.redraw();
  }

  resized() {
    const width = this.scroll.clientWidth - 26;
    if (!this.pages.length || Math.abs(width - this.width) < 24) return;
    this.width = width;
    this.redraw();
  }

  redraw() {
    const { page } = this;
    for (const one of this.pages) {
      one.task?.cancel();
      one.element.replaceChildren();
      one.state = "empty";
      this.size(one.element, this.guess);
      this.near.unobserve(one.element);
      this.near.observe(one.element);
    }
    this.drawn = [];
    this.show(page);
  }
}

/** Letters and digits only: how lines are broken, hyphenated or ligated does not matter for finding a passage. */
function squeeze(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}

/** Where the wanted text stands, by its beginning and its end; null where it is not found. */
function find(text, wanted) {
  const whole = text.indexOf(wanted);
  if (whole >= 0) return [whole, whole + wanted.length];
  const start = text.indexOf(wanted.slice(0, ENDS));
  const tail = wanted.slice(-ENDS);
  const end = text.indexOf(tail, Math.max(start, 0));
  if (start >= 0 && end >= start) return [start, end + tail.length];
  if (start >= 0) return [start, Math.min(text.length, start + wanted.length)];
  return end >= 0 ? [Math.max(0, end + tail.length - wanted.length), end + tail.length] : null;
}
