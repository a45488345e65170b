// The files of one drop in the tray: one row with one bar above them, and what can be done to all of them at once.

import { changeBatch } from "./batches.js";
import { el, icon, newBar, setBar, setText } from "./dom.js";
import { gettext, interpolate } from "./i18n.js";
import { api } from "./net.js";
import { TERMINAL } from "./progress.js";
import { words } from "./stages.js";

const SENDING = ["waiting", "sending", "offline"];

export class Group {
  id = null; // null: being made; "": the server could not be asked, the files go one by one
  items = [];
  event = null;
  #missing = 0;
  #failedAt = 0;
  #retryable = 0;

  constructor({ title, caseId, id = null }) {
    this.title = title;
    this.caseId = caseId;
    this.id = id;
    this.bar = newBar(title);
    this.text = el("span", { class: "tray-text" });
    this.buttons = el("span", { class: "tray-buttons" });
    this.row = el("li", { class: "tray-item tray-group" }, el("div", { class: "tray-line" }, el("strong", { class: "tray-name", title }, gettext("Dropped together")), this.buttons), this.bar, this.text);
  }

  get topic() { return this.id ? `batch:${this.id}` : ""; }
  get over() { return this.event ? TERMINAL.has(this.event.status) : false; }
  get left() { return this.over ? null : this.event?.left ?? null; }

  /** Announce it to the server, before the first of its files is sent. */
  async open(expected) {
    try {
      const batch = await api("POST", "/api/batches/", { json: { case: this.caseId, kind: "upload", title: this.title, expected } });
      this.id = batch.id;
    } catch (error) {
      console.debug("the files go without a batch", error.message);
      this.id = "";
    }
    if (this.#missing) this.withdraw(this.#missing);
    this.stillComing();
    this.draw();
  }

  /** So many of the announced files will not come. */
  withdraw(files = 1) {
    if (this.id === null) this.#missing += files;
    if (this.id) this.#tell({ withdrawn: files });
  }

  /** Files of it are still to come: without a word of this page for some minutes the server takes it for closed. */
  stillComing() { if (this.id) this.#tell({ alive: true }); }

  #tell(json) {
    api("PATCH", `/api/batches/${this.id}/`, { json, keepalive: true }).catch((error) => console.debug("the batch was not told", error.message));
  }

  // What has not been sent yet is held and goes on with the rest, whoever paused it and wherever.
  heard(event) {
    const was = this.event?.step;
    this.event = event;
    if (event.step === "paused" && was !== "paused") this.#each(SENDING, (upload) => upload.pause());
    if (event.step !== "paused" && was === "paused") this.#each(["paused"], (upload) => upload.queue());
    this.draw();
  }

  #each(states, act) {
    for (const { upload } of this.items) if (upload && states.includes(upload.state)) act(upload);
  }

  draw() {
    const text = this.event ? words(this.event) : gettext("Begins");
    this.row.hidden = this.id === "" || !this.items.length;
    this.row.dataset.state = this.event?.status ?? "pending";
    this.bar.hidden = this.over;
    setBar(this.bar, this.event?.percent ?? 0, text);
    setText(this.text, text);
    const wanted = this.#offered().join();
    if (this.drawn !== wanted) { this.drawn = wanted; this.#drawButtons(); }
  }

  #offered() {
    if (!this.id) return [];
    const failed = this.items.filter((item) => item.state === "failed").length;
    if (failed !== this.#failedAt) this.#askWhatHelps(failed);
    const paused = this.event?.step === "paused";
    return [!this.over && (paused ? "resume" : "pause"), this.#retryable && "retry", !this.over && "cancel"].filter(Boolean);
  }

  // Whether trying again can help, the server knows from the reasons.
  async #askWhatHelps(failed) {
    this.#failedAt = failed;
    try {
      this.#retryable = failed ? (await api("GET", `/api/batches/${this.id}/`)).retryable : 0;
    } catch (error) {
      console.debug("not known whether trying again helps", error.message);
    }
    this.draw();
  }

  #drawButtons() {
    const about = { pause: ["pause", gettext("Pause")], resume: ["play", gettext("Resume")], retry: ["retry", gettext("Try failed again")], cancel: ["close", gettext("Cancel")] };
    const focused = this.buttons.contains(document.activeElement);
    this.buttons.replaceChildren(...this.#offered().map((verb) => {
      const [name, label] = about[verb];
      return el("button", { type: "button", class: "icon-button", title: label, "aria-label": interpolate(gettext("%(what)s: all files of %(title)s"), { what: label, title: this.title }), onclick: () => this.#do(verb) }, icon(name));
    }));
    if (focused) this.buttons.querySelector("button")?.focus();
  }

  async #do(verb) {
    if ((await changeBatch(this.id, verb)) && verb === "cancel") this.#each([...SENDING, "paused"], (upload) => upload.cancel());
  }
}
