// Reading aloud: a button with data-speak reads a page of a document (data-speak-document, -page, -part, -chunk) or the text of an element
// (data-speak-text="#selector") piece by piece, and stops it. One voice at a time in a window.

import { gettext } from "./i18n.js";
import { csrfToken, refusal, RefusedError } from "./net.js";
import { setText } from "./dom.js";
import { toast } from "./toasts.js";

const WATCH_MS = 250;
let now = null;

/** Starts what the button is for, or stops it; whatever else is being read is stopped. */
export function toggle(button) {
  if (button.getAttribute("aria-disabled") === "true") { toast(button.title); return; }
  const again = now?.button === button;
  now?.stop();
  if (!again) now = new Reading(button, wanted(button.dataset));
}

function wanted({ speakText, speakDocument, speakPage, speakPart, speakChunk }) {
  if (speakText) return { text: document.querySelector(speakText)?.innerText ?? "" };
  const place = { page: speakPage, part: speakPart, chunk: speakChunk };
  const numbers = Object.entries(place).filter(([, value]) => value).map(([name, value]) => [name, Number(value)]);
  return { document: speakDocument, ...Object.fromEntries(numbers) };
}

class Reading {
  constructor(button, body) {
    Object.assign(this, { button, body, player: new Audio(), leaving: new AbortController() });
    this.label = button.querySelector("[data-speak-words]");
    this.words = this.label.textContent;
    this.show("loading");
    this.watch = setInterval(() => { if (!button.isConnected) this.stop(); }, WATCH_MS);
    this.read();
  }

  get stopped() { return this.leaving.signal.aborted; }

  async read() {
    try {
      let coming = this.fetch(0);
      for (let piece = 0; coming; piece += 1) {
        const { sound, pieces } = await coming;
        coming = piece + 1 < pieces ? this.fetch(piece + 1) : null;
        coming?.catch(() => { /* told when its turn comes */ });
        await this.play(sound);
      }
    } catch (error) {
      if (!this.stopped) toast(error.message, { error: true });
    }
    this.stop();
  }

  async fetch(piece) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
    const body = JSON.stringify({ ...this.body, piece });
    let answer;
    try {
      answer = await fetch("/api/speech/", { method: "POST", headers, body, credentials: "same-origin", signal: this.leaving.signal });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new RefusedError(gettext("The server cannot be reached. Try again in a moment."), 0, "unreachable");
    }
    if (!answer.ok) throw refusal(await answer.text(), answer.status);
    return { sound: await answer.blob(), pieces: Number(answer.headers.get("X-Speech-Pieces")) };
  }

  /** Resolves when the piece has been heard to its end. */
  async play(sound) {
    const address = URL.createObjectURL(sound);
    try {
      await new Promise((resolve, reject) => {
        this.leaving.signal.addEventListener("abort", reject);
        this.player.onended = resolve;
        this.player.onplaying = () => this.show("speaking");
        this.player.onerror = () => reject(new Error(gettext("This browser cannot play the speech.")));
        this.player.src = address;
        this.player.play().catch(reject);
      });
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  stop() {
    if (this.stopped) return;
    this.leaving.abort();
    clearInterval(this.watch);
    this.player.pause();
    if (now === this) now = null;
    this.show("");
  }

  show(state) {
    const { button } = this;
    button.dataset.speaking = state;
    button.setAttribute("aria-busy", String(state === "loading"));
    setText(this.label, state ? gettext("Stop reading") : this.words);
    button.querySelector("use").setAttribute("href", `${document.body.dataset.icons}#${state ? "stop" : "play"}`);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-speak]");
  if (button) toggle(button);
});
