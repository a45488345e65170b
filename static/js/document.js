// The document page: tabs, text beside the original, copying with its source, and what may be done to the document.

import { api } from "./net.js";
import { gettext, interpolate } from "./i18n.js";
import { onPage } from "./page.js";
import { typing } from "./dom.js";
import { toast, announce } from "./toasts.js";
import { refresh } from "./live.js";
import { PdfView } from "./document-pdf.js";

const RELOAD_TEXT_MS = 180;

onPage(".doc[data-document]", (doc, signal) => new DocumentPage(doc, signal));

class DocumentPage {
  constructor(doc, signal) {
    this.doc = doc;
    this.signal = signal;
    this.page = Number(doc.dataset.page);
    this.status = doc.dataset.status;
    const passage = JSON.parse(document.getElementById("passage")?.textContent || "{}");
    doc.addEventListener("click", (event) => this.clicked(event), { signal });
    doc.addEventListener("keydown", (event) => this.movedInTabs(event), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    document.addEventListener("lexintel:progress", ({ detail }) => this.progressed(detail), { signal });
    const pdf = doc.querySelector("[data-pdf]");
    if (pdf) this.pdf = new PdfView(pdf, { page: this.page, passage, signal, onPage: (page) => this.turned(page) });
    this.showPassage();
  }

  get panel() { return this.doc.querySelector("[data-text-panel]"); }

  showPassage() {
    this.panel?.querySelector("mark.passage")?.scrollIntoView({ block: "center" });
  }

  clicked(event) {
    const target = event.target.closest("button, a");
    if (!target) return;
    const { tab, action, goto, mention, citation, textPart, copyQuote, copy } = target.dataset;
    if (tab) this.choose(tab);
    else if (action) this.act(target);
    else if (goto) { event.preventDefault(); this.go(Number(goto), mention); }
    else if (citation) { event.preventDefault(); this.showAuthority(citation); }
    else if (textPart) this.load(this.page, textPart);
    else if (copyQuote) this.copyQuote();
    else if (copy) this.copy(copy);
    else if ("copyLink" in target.dataset) this.copy(new URL(this.address(), location.href).href);
  }

  choose(name, focus = false) {
    for (const tab of this.doc.querySelectorAll("[data-tab]")) {
      const on = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
      if (on && focus) tab.focus();
    }
    this.remember({ tab: name });
  }

  movedInTabs(event) {
    const tab = event.target.closest("[role=tab]");
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!tab || !step) return;
    const all = [...this.doc.querySelectorAll("[data-tab]")];
    this.choose(all[(all.indexOf(tab) + step + all.length) % all.length].dataset.tab, true);
  }

  key(event) {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || !this.pdf) return;
    const step = { j: 1, k: -1 }[event.key];
    if (step) this.go(this.page + step);
  }

  /** The viewer has come to another page. */
  turned(page) {
    if (page === this.page) return;
    this.page = page;
    this.remember({ page });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(page), RELOAD_TEXT_MS);
  }

  async go(page, mention) {
    if (this.pdf) {
      if (page < 1 || page > this.pdf.count) return;
      this.pdf.show(page);
    }
    this.page = page;
    this.remember({ page });
    await this.load(page);
    if (mention) this.showMention(mention);
  }

  async load(page, part = "") {
    const url = new URL(this.doc.dataset.textUrl.replace(/0\/$/, `${page}/`), location.href);
    if (part) url.searchParams.set("part", part);
    if (this.doc.dataset.chunk) url.searchParams.set("chunk", this.doc.dataset.chunk);
    const answer = await fetch(url, { credentials: "same-origin", signal: this.signal }).catch(() => null);
    if (!answer?.ok || page !== this.page) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.panel.replaceChildren(...fresh.body.childNodes);
    this.panel.scrollTop = 0;
    this.showPassage();
  }

  showMention(id) {
    const mark = this.panel?.querySelector(`[data-citation="${id}"]`);
    if (this.pdf) this.choose("text");
    mark?.classList.add("cite-now");
    mark?.scrollIntoView({ block: "center" });
  }

  showAuthority(id) {
    this.choose("citations");
    const place = document.getElementById(`citation-${id}`);
    place?.closest("li").scrollIntoView({ block: "center" });
    place?.focus();
  }

  address() {
    const url = new URL(location.href);
    url.searchParams.set("page", this.page);
    url.searchParams.delete("tab");
    return url;
  }

  remember(changes) {
    const url = new URL(location.href);
    Object.entries(changes).forEach(([key, value]) => url.searchParams.set(key, value));
    history.replaceState(history.state, "", url);
  }

  async copy(text) {
    await navigator.clipboard.writeText(text);
    toast(gettext("Copied."));
  }

  /** What is selected, or the marked passage, in quotation marks, with its source. */
  copyQuote() {
    const marked = [...this.panel.querySelectorAll("mark.passage")].map((mark) => mark.textContent).join("");
    const quote = (String(getSelection()) || marked).replace(/\s+/g, " ").trim();
    if (!quote) { toast(gettext("Select the words to quote first.")); return; }
    this.copy(interpolate(gettext("“%(quote)s” (%(title)s, p. %(page)s)"), { quote, title: this.doc.dataset.title, page: this.page }));
  }

  async act(button) {
    const { action, confirm: question, then } = button.dataset;
    if (question && !confirm(question)) return;
    const [method, path] = action === "delete" ? ["DELETE", ""] : ["POST", `${action}/`];
    button.disabled = true;
    try {
      await api(method, `/api/documents/${this.doc.dataset.document}/${path}`);
      if (then) location.assign(then);
      else { announce(gettext("Done.")); refresh(0); }
    } catch (error) {
      toast(error.message, { error: true });
    } finally {
      button.disabled = false;
    }
  }

  async progressed(event) {
    if (event.topic !== `document:${this.doc.dataset.document}`) return;
    if (event.status === "succeeded" && this.status !== "ready") location.reload();
    else if (["failed", "cancelled"].includes(event.status)) await this.reloadHistory();
  }

  async reloadHistory() {
    const answer = await fetch(this.doc.dataset.historyUrl, { credentials: "same-origin", signal: this.signal }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.doc.querySelector("[data-history]").replaceChildren(...fresh.body.childNodes);
  }
}
