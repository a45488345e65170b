// The document page: tabs, text beside the original, copying with its source, and what may be done to the document.

import { copy } from "./copying.js";
import { gettext, interpolate } from "./i18n.js";
import { onPage } from "./page.js";
import { reveal, typing } from "./dom.js";
import { confirmed } from "./shell.js";
import { toast } from "./toasts.js";
import { replace } from "./remedies.js";
import { run } from "./verbs.js";
import { refresh } from "./live.js";
import "./document-facts.js";
import { Find } from "./document-find.js";
import { Notes } from "./document-notes.js";
import { PdfView } from "./document-pdf.js";
import { print } from "./document-print.js";
import "./speech.js";

const SETTLED_MS = 120;
const STATUSES = new Set(["pending", "extracting", "embedding", "citing", "ready", "failed", "cancelled"]);

class DocumentPage {
  constructor(doc, signal) {
    Object.assign(this, { doc, signal, page: Number(doc.dataset.page) });
    this.narrow = matchMedia("(max-width: 1100px)");
    doc.addEventListener("click", (event) => this.clicked(event), { signal });
    doc.addEventListener("keydown", (event) => this.movedInTabs(event), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    document.addEventListener("lexintel:progress", ({ detail }) => this.progressed(detail), { signal });
    document.addEventListener("lexintel:authority", ({ detail }) => this.showAuthority(detail), { signal });
    document.addEventListener("lexintel:refreshed", () => this.showMark(), { signal });
    this.narrow.addEventListener("change", () => this.fit(), { signal });
    this.fit(!new URLSearchParams(location.search).has("tab"));
    this.notes = new Notes(this, signal);
    this.showPdf();
    this.showMark();
    const form = doc.querySelector("[data-find]");
    if (form) new Find(form, { show: (match) => this.showMatch(match), panel: () => this.panel, signal });
    this.notes.openAsked();
    doc.dataset.ready = "yes";
  }

  get panel() { return this.doc.querySelector("[data-text-panel]"); }
  get pages() { return this.pdf?.count || Number(this.doc.dataset.pages); }
  get status() { return document.getElementById(`doc-${this.doc.dataset.document}`)?.dataset.status; }

  showPdf() {
    const root = this.doc.querySelector("[data-pdf]");
    if (!root) return;
    const passage = JSON.parse(document.getElementById("passage").textContent);
    this.pdf = new PdfView(root, { page: this.page, passage, notes: (page) => this.notes.on(page), signal: this.signal, onPage: (page) => this.turned(page) });
  }

  /** On a narrow screen the original is one tab among the others; on a wide one it stands beside them. */
  fit(first = this.doc.dataset.shown === "main") {
    if (this.narrow.matches && first) this.choose("main", { quiet: true });
    else if (!this.narrow.matches && this.doc.dataset.shown === "main") this.choose(this.tabs[0].dataset.tab, { quiet: true });
  }

  get tabs() { return [...this.doc.querySelectorAll("[role=tab]")].filter((tab) => this.narrow.matches || tab.dataset.tab !== "main"); }

  showMark() {
    const mark = [".cite-now", "mark.passage-found", "mark.passage"].map((wanted) => this.panel?.querySelector(wanted)).find(Boolean);
    if (mark) reveal(mark, this.panel);
  }

  clicked(event) {
    const target = event.target.closest("button, a");
    if (!target) return;
    const { tab, action, goto, textPart, copy: text } = target.dataset;
    if (tab) this.choose(tab, { focus: "tabLink" in target.dataset });
    else if (action) this.act(target);
    else if ("replace" in target.dataset) replace(this.doc.dataset.document);
    else if (goto) { event.preventDefault(); this.go(Number(goto), target.dataset); }
    else if (textPart) this.load(this.page, { part: textPart });
    else if ("copyQuote" in target.dataset) this.copyQuote();
    else if (text) copy(text);
    else if (target.dataset.print) print(target.dataset.print);
    else if ("copyLink" in target.dataset) copy(this.address().href);
  }

  choose(name, { focus = false, quiet = false } = {}) {
    this.doc.dataset.shown = name;
    for (const tab of this.doc.querySelectorAll("[role=tab]")) {
      const on = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      if (tab.dataset.tab !== "main") document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
      if (on && focus) tab.focus();
    }
    if (!quiet) this.remember({ tab: name });
  }

  movedInTabs(event) {
    const tab = event.target.closest("[role=tab]");
    const all = this.tabs;
    const to = { ArrowRight: all.indexOf(tab) + 1, ArrowLeft: all.indexOf(tab) - 1, Home: 0, End: all.length - 1 }[event.key];
    if (!tab || to === undefined) return;
    event.preventDefault();
    this.choose(all[(to + all.length) % all.length].dataset.tab, { focus: true });
  }

  key(event) {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const step = { j: 1, k: -1 }[event.key];
    if (step) this.go(this.page + step);
  }

  /** The original has come to another page: the text follows. */
  turned(page) {
    if (page === this.page) return;
    this.page = page;
    this.remember({ page });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(page), SETTLED_MS);
  }

  async go(page, { mention, words, offset, shown = false } = {}) {
    if (page < 1 || page > this.pages) return;
    clearTimeout(this.timer);
    this.page = page;
    this.remember({ page });
    if (mention) this.pdf?.point(page, words);
    if (!shown) this.pdf?.show(page, { quietly: true });
    await this.load(page, { citation: mention, offset });
    if (mention) this.showMention(mention);
  }

  /** Bring the text of a page; an answer that comes after another question was asked is dropped. */
  async load(page, { part, citation, offset, still = false } = {}) {
    const url = new URL(this.doc.dataset.textUrl.replace(/0\/$/, `${page}/`), location.href);
    const { chunk, at, to, near } = this.doc.dataset;
    const asked = { part, citation, offset, chunk, at, to, near };
    Object.entries(asked).forEach(([name, value]) => { if (value !== undefined && value !== "") url.searchParams.set(name, value); });
    this.asked = url.href;
    let answer;
    try {
      answer = await fetch(url, { credentials: "same-origin", signal: this.signal });
    } catch (error) {
      if (error.name !== "AbortError") toast(gettext("The server cannot be reached. Try again in a moment."), { error: true });
      return;
    }
    if (!answer.ok || this.asked !== url.href) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const panel = this.panel;
    panel.replaceChildren(...fresh.body.childNodes);
    panel.scrollTop = 0;
    if (still) return;
    if (part) panel.scrollIntoView({ block: "start" });
    else this.showMark();
  }

  /** The same stretch of text once more, where it is. */
  async reload() {
    const text = this.panel?.querySelector(".reading-text");
    if (!text) return;
    const { scrollTop } = this.panel;
    await this.load(Number(text.dataset.page), { offset: text.dataset.start, still: true });
    this.panel.scrollTop = scrollTop;
  }

  /** A place that was found: its page in the original and in the text. */
  async showMatch({ page, part, words, nth }) {
    clearTimeout(this.timer);
    this.page = page;
    this.remember({ page });
    if (this.pdf) { this.pdf.point(page, words, nth); this.pdf.show(page, { quietly: true }); }
    await this.load(page, { part, still: true });
  }

  showMention(id) {
    this.choose(this.pdf ? "text" : this.narrow.matches ? "main" : this.doc.dataset.shown);
    const marks = this.panel.querySelectorAll(`[data-citation="${CSS.escape(id)}"]`);
    marks.forEach((mark) => mark.classList.add("cite-now"));
    if (marks.length) reveal(marks[0], this.panel);
  }

  /** From a citation's card to its authority's line; a second mention on the page is not in the list by its own id. */
  showAuthority({ citation, key }) {
    const places = [...this.doc.querySelectorAll("#panel-citations [data-mention]")];
    const place = places.find((one) => one.dataset.mention === citation) ?? places.find((one) => key && one.dataset.key === key);
    this.choose("citations");
    place?.closest("li").scrollIntoView({ block: "center" });
    place?.focus();
  }

  /** A link to this page, and to the passage if it stands on it. */
  address() {
    const url = new URL(location.href);
    url.searchParams.set("page", this.page);
    url.searchParams.delete("tab");
    return url;
  }

  remember(changes) {
    const url = new URL(location.href);
    url.searchParams.delete("citation");
    url.searchParams.delete("note");
    Object.entries(changes).forEach(([key, value]) => url.searchParams.set(key, value));
    history.replaceState(history.state, "", url);
  }

  /** What is selected, or the marked passage, in quotation marks, with its source. */
  copyQuote() {
    const found = this.panel.querySelector("mark.passage-found") ? "mark.passage-found" : "mark.passage";
    const marked = [...this.panel.querySelectorAll(found)].map((mark) => mark.textContent).join("");
    const quote = (String(getSelection()) || marked).replace(/\s+/g, " ").trim();
    if (!quote) { toast(gettext("Select the words to quote first.")); return; }
    const source = { quote, title: this.doc.dataset.title, page: this.notes.selected()?.page ?? this.page };
    copy(interpolate(this.pages > 1 ? gettext("“%(quote)s” (%(title)s, p. %(page)s)") : gettext("“%(quote)s” (%(title)s)"), source));
  }

  async act(button) {
    const { action, confirm: question, then, done } = button.dataset;
    if (question && !(await confirmed(question, button.textContent.trim()))) return;
    button.disabled = true;
    await run(action, [this.doc.dataset.document], { said: done, then });
    button.disabled = false;
  }

  /** Another stage has begun (perhaps asked for in another window): the page's parts are brought up to date. */
  progressed(event) {
    if (event.topic !== `document:${this.doc.dataset.document}`) return;
    if (STATUSES.has(event.step) && event.step !== this.status) refresh();
  }
}

onPage(".doc[data-document]", (doc, signal) => new DocumentPage(doc, signal));
