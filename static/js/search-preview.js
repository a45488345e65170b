// The passage of a hit in its page, in place: beside the list where there is room, else under the hit. It goes along from hit to hit.

import { el, reveal } from "./dom.js";
import { gettext, interpolate } from "./i18n.js";
import { announce, toast } from "./toasts.js";

const BESIDE = "(min-width: 75rem)"; // as in search.css

export class Preview {
  constructor(page, signal) {
    this.body = page.querySelector(".search-body");
    this.query = page.querySelector("form")?.elements.q?.defaultValue ?? "";
    this.element = el("section", { class: "preview", id: "preview", "aria-label": gettext("Preview"), tabindex: "-1" });
    this.hit = null;
    this.asked = null; // the AbortController of the request that is on its way
    this.beside = matchMedia(BESIDE);
    this.forget(page);
    this.beside.addEventListener("change", () => this.hit && this.place(), { signal });
    this.element.addEventListener("click", (event) => this.clicked(event), { signal });
    signal.addEventListener("abort", () => this.asked?.abort());
  }

  /** A page that the browser's history brought back may still have the preview of its former life. */
  forget(page) {
    page.querySelector("#preview")?.remove();
    this.body.classList.remove("is-previewing");
    page.querySelectorAll(".is-shown").forEach((hit) => hit.classList.remove("is-shown"));
    page.querySelectorAll("[data-preview-open]").forEach((button) => button.setAttribute("aria-expanded", "false"));
  }

  holds(node) {
    return this.element.isConnected && this.element.contains(node);
  }

  /** Show a hit, or another page of its document. What was focused stays so. */
  async show(hit, { page = "", step = "" } = {}) {
    this.asked?.abort();
    const { signal } = this.asked = new AbortController();
    if (hit !== this.hit) this.goTo(hit);
    this.element.setAttribute("aria-busy", "true");
    let shown;
    try {
      shown = await this.fetched(this.address(hit, page), signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      const sentence = error instanceof TypeError ? gettext("The server cannot be reached. Try again in a moment.") : error.message;
      shown = el("p", { class: "note note-fail", role: "alert" }, sentence);
    }
    if (signal.aborted) return;
    this.element.removeAttribute("aria-busy");
    this.fill(shown, step);
  }

  close() {
    if (!this.hit) return;
    const { hit } = this;
    const back = this.holds(document.activeElement) || document.activeElement === document.body;
    this.asked?.abort();
    this.mark(false);
    this.hit = null;
    keeping(hit, () => {
      this.element.remove();
      this.element.replaceChildren();
      this.body.classList.remove("is-previewing");
    });
    if (back) hit.querySelector("a").focus({ preventScroll: true });
    announce(gettext("Preview closed."));
  }

  /** Into its text, to scroll it with the keys. */
  enter() {
    (this.element.querySelector(".preview-text") ?? this.element).focus({ preventScroll: true });
  }

  goTo(hit) {
    this.mark(false);
    this.hit = hit;
    this.mark(true);
    this.place();
  }

  mark(open) {
    this.hit?.classList.toggle("is-shown", open);
    this.hit?.querySelector("[data-preview-open]")?.setAttribute("aria-expanded", String(open));
  }

  /** The list may become narrower; the hit stays where it is on the screen. */
  place() {
    keeping(this.hit, () => {
      this.body.classList.add("is-previewing");
      if (this.beside.matches) { if (this.element.parentElement !== this.body) this.body.append(this.element); }
      else if (this.element.parentElement !== this.hit) this.hit.append(this.element);
    });
  }

  /** By the words of the hit's own link, which say what of the passage was found. */
  address(hit, page) {
    const url = new URL(hit.dataset.preview, location.href);
    const found = new URL(hit.querySelector("a").href).searchParams;
    for (const word of ["at", "near"]) if (found.has(word)) url.searchParams.set(word, found.get(word));
    url.searchParams.set("q", this.query);
    if (page) url.searchParams.set("page", page);
    return url;
  }

  async fetched(url, signal) {
    const answer = await fetch(url, { credentials: "same-origin", signal });
    const shown = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-preview-body]");
    if (!shown || answer.redirected) throw new Error(gettext("The preview cannot be shown just now."));
    return shown;
  }

  fill(shown, step) {
    const within = this.holds(document.activeElement);
    this.element.replaceChildren(shown);
    globalThis.htmx?.process(this.element);
    const text = shown.querySelector(".preview-text");
    const mark = [".in-sentence", ".in-passage", ".is-sought"].map((one) => text?.querySelector(one)).find(Boolean);
    if (mark && text.scrollHeight > text.clientHeight + 4) reveal(mark, text);
    if (within) (shown.querySelector(`[data-step="${step}"]:enabled`) ?? text ?? this.element).focus({ preventScroll: true });
    if (!this.beside.matches && !step) this.hit.scrollIntoView({ block: this.hit.offsetHeight > innerHeight ? "start" : "nearest" });
    if (shown.dataset.said) announce(shown.dataset.said);
  }

  clicked({ target }) {
    const button = target.closest("button");
    if (!button) return;
    const { previewPage: page, step, previewQuote, citation } = button.dataset;
    if (page) this.show(this.hit, { page, step });
    else if (previewQuote !== undefined) this.copy(previewQuote, citation);
  }

  /** What is selected in the text, else the words that were found. */
  async copy(found, citation) {
    const selection = getSelection();
    const chosen = this.holds(selection.anchorNode) && this.holds(selection.focusNode) ? String(selection) : "";
    const quote = (chosen.trim() || found).replace(/\s+/g, " ").trim();
    if (!quote) { toast(gettext("Select the words to quote first.")); return; }
    try {
      await navigator.clipboard.writeText(interpolate(gettext("“%(quote)s” (%(citation)s)"), { quote, citation }));
      toast(gettext("Copied."));
    } catch (error) {
      toast(error.message, { error: true });
    }
  }
}

function keeping(element, change) {
  const before = element.getBoundingClientRect().top;
  change();
  scrollBy({ top: element.getBoundingClientRect().top - before, behavior: "instant" });
}
