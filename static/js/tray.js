// The upload tray: every file from its first byte to its last stage. Lives outside of what links exchange, so it survives
// navigation; what has been sent is remembered for a reload (its state comes back with the socket's snapshot).

import { el, icon, newBar, setBar, setText } from "./dom.js";
import { about, bytes, gettext, interpolate, ngettext } from "./i18n.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { progress, TERMINAL } from "./progress.js";
import { words } from "./stages.js";
import { announce, toast } from "./toasts.js";
import { Group } from "./tray-group.js";
import { Upload } from "./tus.js";

const AT_ONCE = 3;
const STILL_COMING_MS = 30_000;
const KEPT = "lexintel-tray";
const MOVING = new Set(["waiting", "sending", "offline", "paused"]);
const FAILED = new Set(["refused", "failed"]);
const PLACES = { document: "documents", audio: "audio" };

/** The page of what a file became, or with a prefix its address in the API. */
function addressOf(topic, prefix = "") {
  const [kind, id] = topic.split(":");
  return `${prefix}/${PLACES[kind]}/${id}/`;
}

class Tray {
  #root = document.getElementById("tray");
  #items = [];
  #byTopic = new Map();
  #groups = new Map();
  #watched = new Map();
  #collapsed = false;

  constructor() {
    this.#build();
    this.#restore();
    document.addEventListener("lexintel:progress", ({ detail }) => this.#heard(detail));
    addEventListener("online", () => this.#items.forEach((item) => item.upload?.wake()));
    setInterval(() => this.#unsent().forEach((_files, group) => group.stillComing()), STILL_COMING_MS);
    addEventListener("pagehide", ({ persisted }) => { if (!persisted) this.#unsent().forEach((files, group) => group.withdraw(files)); });
    addEventListener("beforeunload", (event) => { if (this.#items.some((item) => MOVING.has(item.state))) event.preventDefault(); });
  }

  /** files: [{file, refused: sentence or ""}], place: {id, title} of the case. */
  add(files, place) {
    const good = files.filter(({ refused }) => !refused);
    const group = good.length > 1 ? this.#together(good, place) : null;
    for (const { file, refused } of files) this.#append(file, refused, place, refused ? null : group);
    const bad = files.filter(({ refused }) => refused);
    if (bad.length) announce(interpolate(ngettext("%(name)s was not sent: %(why)s", "%(n)s files were not sent. %(name)s: %(why)s", bad.length), { n: bad.length, name: bad[0].file.name, why: bad[0].refused }));
    this.#collapsed = false;
    this.#next();
    this.#show();
  }

  #append(file, refused, place, group) {
    const item = this.#row({ name: file.name, size: file.size, caseId: place.id, state: refused ? "refused" : "waiting", reason: refused, percent: 0, group });
    if (!refused) item.upload = new Upload(file, file.name, place.id, group, () => this.#moved(item));
    this.#draw(item);
  }

  // Files dropped together are one piece of work for the server too; they are sent as soon as it knows.
  #together(files, place) {
    const more = files.length - 1;
    const title = interpolate(ngettext("%(name)s and %(n)s more file", "%(name)s and %(n)s more files", more), { name: files[0].file.name, n: more });
    const group = this.#gather({ title, caseId: place.id });
    group.open(files.length).then(() => { this.#adopt(group); this.#next(); });
    return group;
  }

  #gather(fields) {
    const group = new Group(fields);
    this.list.append(group.row);
    return group;
  }

  #adopt(group) {
    if (!group.id) return;
    this.#groups.set(group.topic, group);
    this.#watch(group);
    const event = progress.last(group.topic);
    if (event) group.heard(event);
  }

  /** How many files of each group have not arrived: they come only while this page lives. */
  #unsent() {
    const files = new Map();
    for (const { group, upload, state } of this.#items) if (group && upload && MOVING.has(state)) files.set(group, (files.get(group) ?? 0) + 1);
    return files;
  }

  #moved(item) {
    const { upload } = item;
    item.state = upload.state;
    item.reason = upload.reason;
    if (upload.state === "done") this.#arrived(item, upload.answer);
    if (["done", "refused", "cancelled"].includes(upload.state) && item.group && !upload.joined && !item.withdrawn) { item.withdrawn = true; item.group.withdraw(); }
    if (!["sending", "offline"].includes(upload.state)) this.#next();
    this.#draw(item);
    this.#soon();
  }

  #arrived(item, { topic, duplicateOf }) {
    item.topic = topic;
    item.duplicateOf = duplicateOf;
    item.upload = null;
    item.state = duplicateOf ? "duplicate" : "reading";
    this.#byTopic.set(topic, item);
    this.#watch(item);
    const event = progress.last(topic);
    if (event) this.#heard(event);
    this.#keep();
    refresh();
  }

  #watch(item) {
    if (this.#watched.has(item.caseId) || (item.state && item.state !== "reading")) return;
    const controller = new AbortController();
    this.#watched.set(item.caseId, controller);
    progress.subscribe(`case:${item.caseId}`, controller.signal);
  }

  #heard(event) {
    const group = this.#groups.get(event.topic);
    if (group) { group.heard(event); this.#soon(); if (group.over) this.#unwatch(); return; }
    const item = this.#byTopic.get(event.topic);
    if (!item || item.state === "duplicate") return;
    item.event = event;
    item.state = event.status === "succeeded" ? "ready" : TERMINAL.has(event.status) ? event.status : "reading";
    item.reason = event.status === "failed" ? event.message : "";
    if (event.status === "failed") this.#askWhetherAgain(item);
    this.#draw(item);
    this.#soon();
    if (TERMINAL.has(event.status)) { this.#keep(); this.#unwatch(); }
  }

  #unwatch() {
    for (const [caseId, controller] of this.#watched) {
      if (this.#items.some((item) => item.caseId === caseId && (item.state === "reading" || (item.group?.id && !item.group.over)))) continue;
      controller.abort();
      this.#watched.delete(caseId);
    }
  }

  #next() {
    const sending = this.#items.filter((item) => ["sending", "offline"].includes(item.upload?.state)).length;
    const waiting = this.#items.filter((item) => item.upload?.state === "waiting" && item.group?.id !== null);
    for (const item of waiting.slice(0, Math.max(0, AT_ONCE - sending))) item.upload.start();
  }

  #unfinished() { return this.#items.filter((item) => MOVING.has(item.state) || item.state === "reading"); }

  /* What is kept for a reload: names and ids, never content. */

  #keep() {
    const kept = this.#items.filter((item) => item.topic && item.state === "reading").map(({ name, size, caseId, topic, group }) => ({ name, size, caseId, topic, batch: group?.id, title: group?.title }));
    try { sessionStorage.setItem(KEPT, JSON.stringify(kept)); } catch { /* a private window */ }
  }

  #restore() {
    let kept = [];
    try { kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"); } catch { /* nothing readable: nothing kept */ }
    for (const { batch, title, ...one } of kept.filter(({ topic }) => topic)) {
      const group = batch ? this.#groups.get(`batch:${batch}`) ?? this.#gather({ title, caseId: one.caseId, id: batch }) : null;
      if (group) this.#adopt(group);
      const item = this.#row({ ...one, state: "reading", reason: "", percent: 0, group });
      this.#byTopic.set(one.topic, item);
      this.#watch(item);
      this.#draw(item);
      this.#catchUp(item);
    }
    if (kept.length) { this.#collapsed = true; this.#show(); }
  }

  // The snapshot of a case leaves out what ended long ago; then the document itself tells.
  async #catchUp(item) {
    try {
      const found = await api("GET", addressOf(item.topic, "/api"));
      if (item.event || !["ready", "failed", "cancelled"].includes(found.status)) return;
      const message = found.kept ? found.notices[0].text : found.error ?? "";
      this.#heard({ topic: item.topic, status: found.status === "ready" ? "succeeded" : found.status, percent: 100, message, seq: 0 });
    } catch (error) {
      if (error.status === 404) this.#drop(item);
    }
  }

  /* Drawing */

  #build() {
    this.title = el("span", { class: "tray-title" });
    this.bar = newBar(gettext("All uploads"));
    this.toggle = el("button", { type: "button", class: "icon-button", "aria-expanded": "true", "aria-label": gettext("Show or hide the files"), onclick: () => { this.#collapsed = !this.#collapsed; this.#show(); } }, icon("down"));
    this.shut = el("button", { type: "button", class: "icon-button", "aria-label": gettext("Close the list"), onclick: () => this.#close() }, icon("close"));
    this.list = el("ul", { class: "tray-list" });
    this.#root.replaceChildren(el("header", { class: "tray-head" }, this.title, this.toggle, this.shut), this.bar, this.list);
  }

  #row(fields) {
    const item = { ...fields, upload: null, event: null };
    item.group?.items.push(item);
    item.bar = newBar(item.name);
    item.text = el("span", { class: "tray-text" });
    item.label = el("span", { class: "tray-name", title: item.name }, item.name);
    item.buttons = el("span", { class: "tray-buttons" });
    item.row = el("li", { class: "tray-item" }, el("div", { class: "tray-line" }, item.label, item.buttons), item.bar, item.text);
    this.#items.push(item);
    this.list.append(item.row);
    return item;
  }

  #draw(item) {
    const { state } = item;
    const sent = item.upload && item.size ? (100 * item.upload.offset) / item.size : 0;
    const percent = state === "reading" ? item.event?.percent ?? 0 : ["ready", "duplicate"].includes(state) ? 100 : sent;
    const phase = MOVING.has(state) ? "bytes" : "stages";
    const text = this.#sentence(item);
    item.row.dataset.state = state;
    item.bar.hidden = FAILED.has(state) || state === "cancelled";
    setBar(item.bar, percent, text, { again: item.phase !== phase });
    item.phase = phase;
    setText(item.text, text);
    if (item.topic && !item.label.querySelector("a")) item.label.replaceChildren(el("a", { href: addressOf(item.topic) }, item.name)), globalThis.htmx?.process(item.label);
    if (item.drawn !== state) { item.drawn = state; this.#drawButtons(item); item.group?.draw(); }
  }

  #sentence(item) {
    const { state, upload } = item;
    if (state === "waiting") return interpolate(gettext("Waiting to be sent, %(size)s"), { size: bytes(item.size) });
    if (state === "sending") return interpolate(gettext("Sending, %(done)s of %(all)s"), { done: bytes(upload.offset), all: bytes(item.size) });
    if (state === "offline") return gettext("The connection is lost. It goes on by itself.");
    if (state === "paused") return interpolate(gettext("Paused at %(done)s of %(all)s"), { done: bytes(upload.offset), all: bytes(item.size) });
    if (state === "duplicate") return gettext("The same file is in this case already; the two are linked.");
    if (state === "ready") return item.event?.message || gettext("Ready");
    if (state === "cancelled") return gettext("Cancelled");
    if (FAILED.has(state)) return item.reason || gettext("Failed");
    return item.event ? words(item.event) : gettext("Arrived, waiting to be read");
  }

  #drawButtons(item) {
    const button = (name, label, act) => el("button", { type: "button", class: "icon-button", "aria-label": `${label}: ${item.name}`, title: label, onclick: act }, icon(name));
    const buttons = [];
    if (["waiting", "sending", "offline"].includes(item.state)) buttons.push(button("pause", gettext("Pause"), () => item.upload.pause()));
    if (item.state === "paused") buttons.push(button("play", gettext("Go on"), () => item.upload.start()));
    if (MOVING.has(item.state)) buttons.push(button("close", gettext("Cancel"), () => item.upload.cancel()));
    if (item.state === "reading") buttons.push(button("close", gettext("Stop reading"), () => this.#ask(item, "cancel")));
    if ((item.state === "failed" && item.again) || (item.state === "cancelled" && item.topic)) buttons.push(button("retry", gettext("Try again"), () => this.#ask(item, "retry")));
    if (item.state === "refused" && item.upload) buttons.push(button("retry", gettext("Try again"), () => item.upload.start()));
    if (item.state === "ready") buttons.push(el("span", { class: "tray-done" }, icon("check")));
    if (FAILED.has(item.state)) buttons.push(button("close", gettext("Remove from this list"), () => this.#drop(item)));
    item.buttons.replaceChildren(...buttons);
  }

  // "Try again" is offered only where trying can help, which the document knows.
  async #askWhetherAgain(item) {
    try {
      const { can } = await api("GET", addressOf(item.topic, "/api"));
      item.again = can?.retry ?? true;
    } catch { item.again = true; /* asking it will say why not */ }
    if (item.state === "failed") this.#drawButtons(item);
  }

  async #ask(item, verb) {
    try {
      await api("POST", `${addressOf(item.topic, "/api")}${verb}/`);
      if (verb === "retry") { item.state = "reading"; item.event = null; this.#watch(item); this.#draw(item); this.#show(); }
    } catch (error) { toast(error.message, { error: true }); }
  }

  #drop(item) {
    item.row.remove();
    this.#items = this.#items.filter((other) => other !== item);
    if (item.group) { item.group.items = item.group.items.filter((other) => other !== item); item.group.draw(); }
    if (!this.#items.length) this.#close(); else this.#show();
  }

  #close() {
    if (this.#unfinished().some((item) => MOVING.has(item.state))) { this.#collapsed = true; this.#show(); return; }
    this.list.replaceChildren();
    this.#items = [];
    this.#groups.clear();
    this.#keep();
    this.#unwatch();
    this.#root.hidden = true;
  }

  #soon() { this.timer ??= setTimeout(() => { this.timer = null; this.#show(); }, 150); }

  #show() {
    const counted = this.#items.filter((item) => !["refused", "cancelled"].includes(item.state));
    const done = counted.filter((item) => ["ready", "duplicate", "failed"].includes(item.state)).length;
    const unsent = this.#items.filter((item) => item.state === "refused").length;
    const share = counted.reduce((sum, item) => sum + this.#share(item), 0) / Math.max(1, counted.length);
    const title = this.#summary(done, counted.length, unsent);
    this.#root.hidden = !this.#items.length;
    this.#root.classList.toggle("is-collapsed", this.#collapsed);
    this.toggle.setAttribute("aria-expanded", String(!this.#collapsed));
    this.bar.hidden = !counted.length || done === counted.length;
    setBar(this.bar, share, title, { again: true });
    setText(this.title, title);
    if (this.said !== title) { this.said = title; announce(title); }
    this.#fold(done === this.#items.length);
  }

  // All went well: make room again after a while.
  #fold(finished) {
    clearTimeout(this.folding);
    if (finished && !this.#items.some((item) => FAILED.has(item.state))) this.folding = setTimeout(() => { this.#collapsed = true; this.#root.classList.add("is-collapsed"); this.toggle.setAttribute("aria-expanded", "false"); }, 8000);
  }

  // Bytes are the smaller half of the work for all but the largest files.
  #share(item) {
    if (["ready", "duplicate", "failed"].includes(item.state)) return 100;
    if (item.state === "reading") return 25 + 0.75 * (item.event?.percent ?? 0);
    return item.upload && item.size ? (25 * item.upload.offset) / item.size : 0;
  }

  #summary(done, all, unsent) {
    const failed = this.#items.filter((item) => item.state === "failed").length;
    const parts = [];
    if (done < all) parts.push(interpolate(gettext("%(done)s of %(all)s"), { done, all }), this.#left());
    else if (all > failed) parts.push(interpolate(ngettext("%(n)s file ready", "%(n)s files ready", all - failed), { n: all - failed }));
    if (failed) parts.push(interpolate(gettext("%(n)s failed"), { n: failed }));
    if (unsent) parts.push(interpolate(gettext("%(n)s not sent"), { n: unsent }));
    return parts.filter(Boolean).join(", ") || gettext("Uploads");
  }

  // As the server estimates it; while bytes are on their way nobody knows.
  #left() {
    const known = [...this.#groups.values(), ...this.#items.filter((item) => !item.group?.id).map((item) => item.event)].map((one) => one?.left ?? 0);
    const left = this.#items.some((item) => MOVING.has(item.state)) ? 0 : Math.max(0, ...known);
    return left ? about(left) : "";
  }
}

export const tray = new Tray();
