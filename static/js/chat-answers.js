// The answers of a conversation: each is a fragment of the server's that is asked for again as it grows, and exchanged piece by piece.

import { csrfToken, RefusedError } from "./net.js";
import { gettext } from "./i18n.js";
import { pageChanged } from "./page.js";

export const HEADERS = { "X-Requested-With": "chat" };
const AGAIN_MS = 120;
const NEAR_END = 160;

export class Answers {
  #timers = new Map();
  #asked = new Map();

  /** `root` holds one article for each question; `grown(article, {added, ended, following})` is called after an exchange that changed something, `gone()` where
   *  the conversation may not be seen any more, `heard(yes)` with whether the server answered, `signedOut(sentence)`. */
  constructor(root, address, { grown, gone, heard, signedOut, signal }) {
    Object.assign(this, { root, address, grown, gone, heard, signedOut, signal, served: new WeakMap() });
    for (const article of this.all) this.#remember(article);
    signal.addEventListener("abort", () => this.#timers.forEach(clearTimeout));
  }

  get all() { return [...this.root.querySelectorAll("[data-message]")]; }
  get running() { return this.all.filter(({ dataset }) => ["waiting", "answering"].includes(dataset.state)); }
  get last() { return Math.max(0, ...this.all.map(({ dataset }) => Number(dataset.number))); }

  find(id) { return document.getElementById(`message-${id}`); }

  /** Ask for an answer again soon; for one that is not here, for what is new. */
  refresh(id) {
    const article = id && this.find(id);
    if (!article) { this.#soon("", () => this.#later()); return; }
    this.#soon(id, () => this.#take(article.dataset.url, id));
  }

  /** Everything that may have changed meanwhile. */
  refreshAll() {
    this.refresh("");
    for (const { dataset } of this.running) this.refresh(dataset.message);
  }

  /** Send a form's question; gives its article. Throws RefusedError. */
  async ask(form) { return this.put(await this.#text(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) })); }

  async stop(form, id) {
    this.put(await this.#text(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }));
    return this.find(id);
  }

  #soon(key, act) {
    if (this.#timers.has(key)) return;
    this.#timers.set(key, setTimeout(async () => {
      try {
        await act();
      } catch (error) {
        if (error.name !== "AbortError" && !(error instanceof RefusedError)) throw error;
        if (error.code === "signed_out") this.signedOut(error.message);
      } finally {
        this.#timers.delete(key);
      }
    }, AGAIN_MS));
  }

  async #later() {
    const fresh = new DOMParser().parseFromString(await this.#text(`${this.address}?after=${this.last}`), "text/html");
    for (const article of fresh.querySelectorAll("[data-message]")) this.#exchange(article);
  }

  /** An answer that comes after a later one was asked for is dropped. */
  async #take(url, id) {
    const turn = (this.#asked.get(id) ?? 0) + 1;
    this.#asked.set(id, turn);
    const html = await this.#text(url);
    if (this.#asked.get(id) === turn) this.put(html);
  }

  async #text(url, { method = "GET", body } = {}) {
    let answer;
    try {
      const headers = method === "GET" ? HEADERS : { ...HEADERS, "X-CSRFToken": csrfToken() };
      answer = await fetch(url, { method, body, headers, credentials: "same-origin", redirect: "manual", signal: this.signal });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      this.heard(false);
      throw new RefusedError(gettext("The server cannot be reached. Your question is kept; try again in a moment."), 0, "unreachable");
    }
    this.heard(true);
    if (answer.type === "opaqueredirect") throw new RefusedError(gettext("You have been signed out. Reload the page to sign in again."), 401, "signed_out");
    if (answer.status === 404) { this.gone(); throw new RefusedError(gettext("This conversation does not exist any more, or you may not see it."), 404, "gone"); }
    if (!answer.ok) {
      const told = answer.headers.get("Content-Type")?.startsWith("text/plain") ? await answer.text() : "";
      throw new RefusedError(told || gettext("The server could not do this just now. Try again in a moment."), answer.status, "refused");
    }
    return answer.text();
  }

  /** Put a fragment in its place; gives its article. */
  put(html) { return this.#exchange(new DOMParser().parseFromString(html, "text/html").querySelector("[data-message]")); }

  #exchange(fresh) {
    const here = this.find(fresh.dataset.message);
    const next = document.importNode(fresh, true);
    const following = atEnd();
    if (!here) {
      this.root.append(next);
      this.#settled(next);
      this.grown(next, { added: true, following });
      return next;
    }
    // A fragment from before what is shown: sentences are only ever added.
    if (!this.running.includes(here) && ["waiting", "answering"].includes(next.dataset.state)) return here;
    const ended = here.dataset.state !== next.dataset.state;
    const focused = here.contains(document.activeElement) ? document.activeElement.id : null;
    const changed = merge(here, next, this.served) || ended;
    // What had the focus may be another element now, or gone (Stop).
    if (focused !== null && !here.contains(document.activeElement)) ((focused && document.getElementById(focused)) || here).focus({ preventScroll: true });
    for (const name of ["state", "sentences"]) here.dataset[name] = next.dataset[name];
    if (changed) { this.#settled(here); this.grown(here, { ended, following }); }
    return here;
  }

  #settled(article) {
    this.#remember(article);
    globalThis.htmx?.process(article);
    pageChanged();
  }

  #remember(article) {
    for (const piece of article.querySelectorAll("[data-piece]")) if (!this.served.has(piece)) this.served.set(piece, piece.outerHTML);
  }
}

/** Make the pieces of an article (or of a list in it) those of another, leaving what is the same where it is; gives whether any differed. */
function merge(here, next, served) {
  const wanted = new Map([...next.children].map((child) => [keyOf(child), child]));
  const lost = [...here.children].filter((child) => !wanted.has(keyOf(child)));
  lost.forEach((child) => child.remove());
  const kept = new Map([...here.children].map((child) => [keyOf(child), child]));
  let changed = lost.length > 0;
  let place = here.firstElementChild;
  for (const [key, child] of wanted) {
    const old = kept.get(key);
    if (old) place = old.nextElementSibling;
    if (!old) here.insertBefore(child, place);
    else if (old.dataset.pieceList) { changed = merge(old, child, served) || changed; continue; }
    else if (normal(served.get(old)) !== normal(child.outerHTML)) { keepOpen(old, child); old.replaceWith(child); }
    else continue;
    changed = true;
  }
  return changed;
}

/** Whether the end of the page is in view, so that what grows is to stay there. */
const atEnd = () => document.documentElement.scrollHeight - scrollY - innerHeight < NEAR_END;

const keyOf = ({ dataset }) => dataset.piece ?? dataset.pieceList;

/** The CSRF token differs in each answer. */
const normal = (html) => html?.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "").replace(/(<time[^>]*>)[^<]*/g, "$1");

function keepOpen(old, piece) {
  for (const details of old?.querySelectorAll("details[id][open]") ?? []) piece.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
}
