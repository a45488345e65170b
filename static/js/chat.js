// Chat: the field for a question, and a conversation whose answers grow while they are read.

import { Answers } from "./chat-answers.js";
import { Connection } from "./chat-connection.js";
import "./chat-sources.js";
import { copy } from "./copying.js";
import { setText } from "./dom.js";
import { gettext, interpolate, ngettext } from "./i18n.js";
import { draft, keepDraft } from "./memory.js";
import { onPage } from "./page.js";
import { announce, toast } from "./toasts.js";

const ALONE_MS = 1000; // between two looks while there is no connection and something is being answered
const IDLE_MS = 10_000; // the same where nothing is
const BESIDE_MS = 4000; // with a connection, for what it may have missed
const MOST_ROWS = 12;

onPage("[data-chat-composer]", (form, signal) => {
  const field = form.elements.question;
  const name = `question.${form.dataset.draft}`;
  let sent = false; // a conversation begins once
  const fit = () => { field.rows = Math.min(MOST_ROWS, Math.max(2, field.value.split("\n").length)); };
  if (!field.value) field.value = draft(name);
  fit();
  field.addEventListener("input", () => { keepDraft(name, field.value); fit(); }, { signal });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  }, { signal });
  form.addEventListener("submit", (event) => {
    if (!field.value.trim()) { event.preventDefault(); field.focus(); return; }
    if (form.closest("[data-chat]")) return;
    if (sent) event.preventDefault();
    sent = true;
  }, { signal });
  addEventListener("pageshow", () => { sent = false; }, { signal });
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-chat-copy]");
  if (button) copy(button.dataset.chatCopy);
});

// On paper an answer stands with its sources.
const folded = new Set();
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll(".chat-sources:not([open])")) { folded.add(details); details.open = true; }
});
addEventListener("afterprint", () => { folded.forEach((details) => { details.open = false; }); folded.clear(); });

class Chat {
  constructor(root, signal) {
    Object.assign(this, { root, signal, busy: new WeakSet() });
    this.composer = root.querySelector("[data-chat-composer]");
    this.answers = new Answers(root.querySelector("[data-chat-turns]"), root.dataset.messages, {
      signal, grown: (article, how) => this.grown(article, how), gone: () => this.gone(), heard: (yes) => { this.reached = yes; this.tell(); },
      signedOut: (sentence) => { this.signedOut = sentence; this.tell(); },
    });
    this.state = "connecting";
    this.reached = true;
    this.connection = new Connection(root.dataset.chat, {
      signal, changed: (id) => this.changed(id), became: (state) => { this.state = state; this.tell(); }, refused: () => this.answers.refresh(""),
    });
    root.addEventListener("submit", (event) => this.submitted(event), { signal });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.answers.refreshAll(); }, { signal });
    addEventListener("pageshow", ({ persisted }) => { if (persisted) this.answers.refreshAll(); }, { signal });
    addEventListener("online", () => this.answers.refreshAll(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.timer));
    this.look();
    this.begun();
    if (this.answers.all.length && !location.hash && !location.search && !("stay" in root.dataset)) this.toEnd();
    root.dataset.ready = "yes";
  }

  /** The question that a conversation began with need not be kept where it was typed; who typed it goes on here. */
  begun() {
    const name = `question.${this.root.closest("[data-case]").dataset.case}`;
    const first = this.root.querySelector(".chat-question h3")?.textContent;
    if (!first || draft(name).trim() !== first.trim()) return;
    keepDraft(name, "");
    if (!location.hash && matchMedia("(hover: hover)").matches) this.composer.elements.question.focus({ preventScroll: true });
  }

  changed(id) {
    if (id) { this.answers.refresh(id); return; }
    this.answers.refreshAll();
    for (const { dataset } of this.answers.running) this.connection.follow(dataset.message, Number(dataset.sentences));
  }

  /** Look for what no connection has told, sooner where something is being answered. */
  look() {
    const running = this.answers.running.length > 0;
    const wait = this.connection?.live ? BESIDE_MS : running ? ALONE_MS : IDLE_MS;
    this.timer = setTimeout(() => {
      if (this.lost || this.signedOut) return;
      if (!document.hidden && (running || !this.reached || !this.connection.live)) this.answers.refreshAll();
      this.look();
    }, wait);
  }

  submitted(event) {
    const form = event.target;
    const stop = form.matches("[data-chat-stop]");
    if (event.defaultPrevented || !(stop || form.matches("[data-chat-again], [data-chat-composer]"))) return;
    event.preventDefault();
    if (this.busy.has(form)) return; // a button that is switched off would lose the focus
    this.busy.add(form);
    (stop ? this.answers.stop(form, form.closest("[data-message]").dataset.message) : this.ask(form))
      .catch((error) => this.refused(error, form)).finally(() => this.busy.delete(form));
  }

  async ask(form) {
    const field = form.elements.question;
    this.say("");
    const article = await this.answers.ask(form);
    if (form === this.composer) { field.value = ""; field.dispatchEvent(new Event("input")); field.focus(); }
    this.connection.follow(article.dataset.message, 0);
    this.toEnd();
    this.soon();
  }

  refused(error, form) {
    if (error.name === "AbortError" || this.lost) return;
    if (form === this.composer) this.say(error.message); else toast(error.message, { error: true });
  }

  /** A refusal below the field. */
  say(sentence) {
    const place = this.composer.querySelector("#chat-refused");
    place.hidden = !sentence;
    setText(place, sentence);
    this.composer.elements.question.toggleAttribute("aria-invalid", Boolean(sentence));
  }

  soon() { clearTimeout(this.timer); this.look(); }

  grown(article, { added = false, ended = false, following = false }) {
    const { state, sentences } = article.dataset;
    if (following) this.toEnd();
    if (added) { this.connection?.follow(article.dataset.message, Number(sentences)); this.soon(); }
    if (!ended) return;
    const n = Number(sentences);
    if (state === "answered") announce(interpolate(ngettext("Answer complete, %(n)s sentence.", "Answer complete, %(n)s sentences.", n), { n }));
    else if (state === "stopped") announce(gettext("Stopped."));
    else if (state === "failed") announce(gettext("This question could not be answered."));
  }

  toEnd() { requestAnimationFrame(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" })); }

  tell() {
    if (this.lost) return;
    const place = this.root.querySelector("[data-chat-connection]");
    const sentence = this.signedOut ? this.signedOut : !this.reached ? gettext("The server cannot be reached. Connecting again…")
      : this.state === "reconnecting" ? gettext("The live connection is interrupted and is being made again. Until then this page looks for new sentences by itself.") : "";
    place.hidden = !sentence;
    setText(place, sentence);
  }

  /** Nothing of it is shown any more to who may not see it. */
  gone() {
    if (this.lost) return;
    this.lost = true;
    clearTimeout(this.timer);
    this.connection?.close();
    const sentence = gettext("This conversation has been deleted, or you may not see it any more.");
    this.root.replaceChildren(Object.assign(document.createElement("p"), { className: "note note-warn", textContent: sentence, role: "alert" }));
    document.title = "LexIntel";
    announce(sentence);
  }
}

onPage("[data-chat]", (root, signal) => new Chat(root, signal));
