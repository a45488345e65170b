// What is live on a page: bars follow the events, and when something has ended the page's parts are asked for again.
//
// Server side: [data-live="case:<id> ..."] names topics; [data-progress="document:<id>"] holds a bar and a .progress-text;
// [data-part="name"] is replaced when its content differs; rows of [data-list] are exchanged by id where data-version differs.

import { api } from "./net.js";
import { setBar, setText } from "./dom.js";
import { announce, toast } from "./toasts.js";
import { gettext, interpolate } from "./i18n.js";
import { onPage, pageChanged } from "./page.js";
import { progress, TERMINAL } from "./progress.js";
import { stillWaiting, words } from "./stages.js";

const QUIET_MS = 5000;
const REFRESH_EVERY_MS = 1500;
const AFTER_A_FAILURE_MS = 3000;
const ASKED_AT_ONCE = 3;
const heardAt = new Map();
const reasons = new Map();
const served = new WeakMap();
const met = new Set();

onPage("[data-live]", (element, signal) => {
  met.clear();
  for (const topic of element.dataset.live.split(/\s+/).filter(Boolean)) progress.subscribe(topic, signal);
});

// As it came: what other modules change in a part is no news of the server's.
onPage("[data-part]", (part) => served.set(part, part.innerHTML));

// A bar that has just appeared may be older than the last event.
onPage("[data-progress]", (element) => {
  const event = progress.last(element.dataset.progress);
  if (!heardAt.has(element.dataset.progress)) heardAt.set(element.dataset.progress, Date.now());
  if (event && event.seq > Number(element.dataset.seq ?? 0) && !TERMINAL.has(event.status)) show(element, event);
});

document.addEventListener("lexintel:progress", ({ detail: event }) => {
  heardAt.set(event.topic, Date.now());
  reasons.delete(event.topic);
  const shown = document.querySelectorAll(`[data-progress="${CSS.escape(event.topic)}"]`);
  shown.forEach((element) => show(element, event));
  updateTotals();
  const row = rowOf(event);
  // Unknown here, or taken up again after it had ended.
  const isNew = !shown.length && (row || !met.has(event.topic));
  met.add(event.topic);
  if (TERMINAL.has(event.status)) ended(event);
  else if (isNew) refresh();
});

function ended(event) {
  heardAt.delete(event.topic);
  // A snapshot tells of ends that this page already shows; but an answer on its way may be older than this end.
  const state = event.status === "succeeded" ? "ready" : event.status;
  if (loading || rowOf(event)?.dataset.state !== state) refresh();
}

const rowOf = (event) => document.getElementById(`doc-${event.topic.split(":")[1]}`);

function show(element, event) {
  const bar = element.querySelector("progress");
  const text = words(event);
  const again = Number(element.dataset.run ?? 0) !== 0 && event.percent === 0;
  element.dataset.run = "1";
  if (bar) setBar(bar, event.percent, text, { again });
  setText(element.querySelector(".progress-text"), text);
}

// One bar for everything that runs: the mean of what the rows' events said.
function updateTotals() {
  for (const total of document.querySelectorAll("[data-progress-total]")) {
    const events = total.dataset.topics.split(/\s+/).filter(Boolean).map((topic) => progress.last(topic));
    if (!events.some(Boolean)) continue;
    const percent = events.reduce((sum, event) => sum + (event ? (TERMINAL.has(event.status) ? 100 : event.percent) : 0), 0) / events.length;
    const done = events.filter((event) => event && TERMINAL.has(event.status)).length;
    setBar(total.querySelector("progress"), percent, interpolate(gettext("%(done)s of %(all)s done"), { done, all: events.length }));
  }
}

// After five seconds without news a bar says what it waits for; the server knows the reason.
setInterval(() => {
  let asked = 0;
  if (held) return;
  for (const element of document.querySelectorAll("[data-progress]")) {
    const topic = element.dataset.progress;
    const quiet = Date.now() - (heardAt.get(topic) ?? Date.now());
    if (quiet < QUIET_MS) continue;
    const event = progress.last(topic) ?? { topic, status: "pending", step: element.dataset.step ?? "pending", percent: 0, message: "" };
    if (TERMINAL.has(event.status) || ["paused", "ended"].includes(event.step)) continue;
    const task = event.task ?? element.dataset.task;
    if (task && !reasons.has(topic) && asked < ASKED_AT_ONCE) { asked += 1; askWhy(topic, task); }
    const text = stillWaiting(event, Math.round(quiet / 1000), reasons.get(topic));
    setText(element.querySelector(".progress-text"), text);
    element.querySelector("progress")?.setAttribute("aria-valuetext", text);
  }
}, 2500);

async function askWhy(topic, task) {
  reasons.set(topic, "");
  try {
    const status = await api("GET", `/api/tasks/${task}/status`, { signal: asking.signal });
    reasons.set(topic, status.waiting_reason ?? status.waiting ?? "");
  } catch (error) {
    if (error.status !== 404) console.debug("no reason known", error.message);
  }
  setTimeout(() => reasons.delete(topic), 15_000);
}

let timer = null;
let last = 0;
let loading = false;
let again = 0;
let held = false;
let asking = new AbortController();
let missed = false;

const liveContent = () => document.querySelector("#main [data-live]");

/** The page is about to be left because what it shows will be gone: do not ask for it any more, nor wait for what was asked. */
export function hold(on = true) {
  held = on;
  asking.abort();
  asking = new AbortController();
}

// Brought back from the browser's memory, the page is looked at again.
addEventListener("pageshow", ({ persisted }) => { if (persisted) { hold(false); refresh(0); } });

/** Ask for the page's parts again, soon and not too often. */
export function refresh(delay = 250) {
  if (loading) { again = Math.max(again, delay, 1); return; }
  if (timer) return;
  timer = setTimeout(run, Math.max(delay, last + REFRESH_EVERY_MS - Date.now()));
}

async function run() {
  timer = null;
  if (held) return;
  if (document.hidden) { document.addEventListener("visibilitychange", () => refresh(), { once: true }); return; }
  const live = liveContent();
  if (!live) return;
  loading = true;
  last = Date.now();
  const address = location.href;
  try {
    const answer = await fetch(address, { credentials: "same-origin", headers: { "X-Requested-With": "live" }, signal: asking.signal });
    if (answer.redirected && new URL(answer.url).pathname.startsWith("/login")) {
      toast(gettext("You have been signed out. Reload the page to sign in again."), { error: true });
    } else if (answer.status === 404 && !missed) {
      missed = true;
      toast(gettext("What this page shows has been deleted, or you may not see it any more."), { error: true });
    } else if (answer.ok) {
      missed = false;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      // A link that is being followed must stay: htmx asks it, when the answer comes, where that belongs.
      if (document.querySelector("#page .htmx-request")) again = Math.max(again, REFRESH_EVERY_MS);
      // Another page may have come meanwhile; its content comes a moment before its address.
      else if (address === location.href && live === liveContent()) exchange(live, fresh);
    }
  } catch (error) {
    console.debug("the page could not be asked for again", error.message);
    if (!held) again = AFTER_A_FAILURE_MS;
  } finally {
    loading = false;
    const wait = again;
    again = 0;
    if (wait) refresh(wait);
  }
}

const shape = (root) => [...root.querySelectorAll("[data-part], [data-list]")].map((part) => part.dataset.part ?? part.dataset.list).join();

/** A selector that finds the element again when its part has been exchanged, "" where there is none. */
function addressOf(element) {
  if (element?.id) return `#${CSS.escape(element.id)}`;
  return element?.matches("details[id] > summary") ? `#${CSS.escape(element.parentElement.id)} > summary` : "";
}

function exchange(live, fresh) {
  const focused = addressOf(document.activeElement);
  const freshLive = fresh.querySelector("#main [data-live]");
  if (!freshLive) return;
  // An empty page has become a list (or the other way): take the whole content.
  if (shape(live) !== shape(freshLive)) replaceChildren(live, freshLive);
  else exchangeParts(live, freshLive);
  pageChanged();
  if (focused && !document.activeElement?.matches(focused)) document.querySelector(focused)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("lexintel:refreshed"));
  const summary = document.querySelector("[data-summary]")?.dataset.summary;
  if (summary) announce(summary);
}

function exchangeParts(live, fresh) {
  for (const part of live.querySelectorAll("[data-part]")) {
    const next = fresh.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (next.innerHTML === served.get(part)) continue;
    served.set(part, next.innerHTML);
    replaceChildren(part, next);
  }
  for (const list of live.querySelectorAll("[data-list]")) mergeRows(list, fresh.querySelector(`[data-list="${CSS.escape(list.dataset.list)}"]`));
}

function replaceChildren(part, next) {
  const unfolded = new Map([...part.querySelectorAll("details[id]")].map((details) => [details.id, details.open]));
  part.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
  for (const details of part.querySelectorAll("details[id]")) details.open = unfolded.get(details.id) ?? details.open;
  globalThis.htmx?.process(part);
}

function mergeRows(list, next) {
  const wanted = [...next.children].map((row) => {
    const present = row.id && document.getElementById(row.id);
    if (present?.parentElement === list && present.dataset.version === row.dataset.version) return present;
    return document.importNode(row, true);
  });
  const same = wanted.length === list.children.length && wanted.every((row, index) => row === list.children[index]);
  if (same) return;
  const added = wanted.filter((row) => !row.isConnected);
  list.replaceChildren(...wanted);
  added.forEach((row) => globalThis.htmx?.process(row));
}
