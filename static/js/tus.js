// One file on its way: the tus 1.0 protocol in pieces of 8 MB. Survives lost connections and restarted servers,
// because it always asks first how much has arrived; goes on after a reload when the same file is given again.

import { gettext } from "./i18n.js";
import { csrfToken, refusal } from "./net.js";

const PIECE = 8 * 1024 * 1024;
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];
const KEPT_MS = 2 * 86_400_000;
const PREFIX = "lexintel-upload:";
const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

export class Upload {
  offset = 0;
  state = "waiting"; // waiting sending offline paused done refused cancelled
  reason = "";
  answer = null;
  #url = "";
  #request = null;
  #timer = null;
  #failures = 0;
  #changed;

  joined = false; // whether the server counts it in its batch

  constructor(file, name, caseId, group, changed) {
    this.file = file;
    this.name = name;
    this.caseId = caseId;
    this.group = group;
    this.#changed = changed;
  }

  get #key() { return [PREFIX + document.body.dataset.user, this.caseId, this.name, this.file.size, this.file.lastModified].join("|"); }

  /** Begin, or go on where the server says that it stopped. */
  start() {
    if (["done", "cancelled"].includes(this.state)) return;
    this.#become("sending");
    this.#url ||= remembered(this.#key);
    if (this.#url) this.#ask(); else this.#create();
  }

  pause() { this.#stop(); this.#become("paused"); }

  /** After a pause: go on when it is its turn. */
  queue() { this.#become("waiting"); }

  cancel() {
    this.#stop();
    if (this.#url) fetch(this.#url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrfToken() }, keepalive: true }).catch(() => {});
    forget(this.#key);
    this.#become("cancelled");
  }

  /** The connection is back: don't wait for the timer. */
  wake() { if (this.state === "offline") this.start(); }

  #stop() { clearTimeout(this.#timer); this.#request?.abort(); this.#request = null; }

  #create() {
    const batch = this.group?.id ? `,batch ${encode(this.group.id)}` : "";
    const metadata = `filename ${encode(this.name)},case ${encode(this.caseId)}${batch}`;
    this.#send("POST", "/api/uploads/", { "Upload-Length": String(this.file.size), "Upload-Metadata": metadata }, null, (request) => {
      this.#url = new URL(request.getResponseHeader("Location"), location.href).pathname;
      remember(this.#key, this.#url);
      this.joined = batch !== "";
      this.offset = 0;
      this.#piece();
    });
  }

  #ask() {
    this.#send("HEAD", this.#url, {}, null, (request) => {
      this.offset = Number(request.getResponseHeader("Upload-Offset"));
      if (request.getResponseHeader("Lexintel-Topic")) this.#finished(request); else this.#piece();
    });
  }

  #piece() {
    const blob = this.file.slice(this.offset, this.offset + PIECE);
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(this.offset) };
    this.#send("PATCH", this.#url, headers, blob, (request) => {
      this.#failures = 0;
      this.offset = Number(request.getResponseHeader("Upload-Offset"));
      if (request.getResponseHeader("Lexintel-Topic")) { this.#finished(request); return; }
      this.#become("sending");
      this.#piece();
    });
  }

  #send(method, url, headers, body, done) {
    const request = new XMLHttpRequest();
    const base = this.offset;
    this.#request = request;
    request.open(method, url);
    for (const [name, value] of Object.entries({ "Tus-Resumable": "1.0.0", "X-CSRFToken": csrfToken(), ...headers })) request.setRequestHeader(name, value);
    if (body) request.upload.addEventListener("progress", (event) => { this.offset = base + event.loaded; this.#become("sending"); });
    request.addEventListener("load", () => this.#answered(request, done));
    request.addEventListener("error", () => this.#lost(request));
    request.addEventListener("timeout", () => this.#lost(request));
    request.timeout = 120_000;
    request.send(body);
  }

  #answered(request, done) {
    if (request !== this.#request) return;
    const { status } = request;
    if (status >= 200 && status < 300) done(request);
    else if ((status === 404 || status === 410) && this.#url) this.#startOver(request);
    else if (status === 409 || status === 423) this.#lost(request);
    else if (status >= 500 && status !== 507) this.#lost(request);
    else this.#refuse(refusal(request.responseText, status).message);
  }

  // The server has forgotten this upload (too old, or its case is gone): begin once more, then believe it.
  #startOver(request) {
    forget(this.#key);
    this.#url = "";
    this.#failures += 1;
    if (this.#failures > 3) this.#refuse(refusal(request.responseText, request.status).message);
    else this.#create();
  }

  #lost(request) {
    if (request !== this.#request) return;
    this.#request = null;
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#become("offline");
    this.#timer = setTimeout(() => this.start(), wait);
  }

  #refuse(sentence) {
    forget(this.#key);
    this.#url = "";
    this.reason = sentence || gettext("The server refused this file.");
    this.#become("refused");
  }

  #finished(request) {
    forget(this.#key);
    this.offset = this.file.size;
    this.answer = { topic: request.getResponseHeader("Lexintel-Topic"), duplicateOf: request.getResponseHeader("Lexintel-Duplicate-Of") || "" };
    this.#become("done");
  }

  #become(state) { this.state = state; this.#changed(this); }
}

function remember(key, url) {
  try { localStorage.setItem(key, JSON.stringify({ url, at: Date.now() })); } catch { /* a private window: no resume after a reload */ }
}

function remembered(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null");
    return kept && Date.now() - kept.at < KEPT_MS ? kept.url : "";
  } catch { return ""; }
}

function forget(key) {
  try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
}
