// Short messages at the bottom. Errors stay until they have been read; the rest goes by itself.

import { gettext } from "./i18n.js";
import { el, icon } from "./dom.js";

const STAYS_MS = 6000;
const STAYS_WITH_ACT_MS = 12_000;

/** toast("Deleted.", {act: "Undo", onact}) or toast(sentence, {error: true}) */
export function toast(sentence, { error = false, act = "", onact } = {}) {
  const item = el("div", { class: `toast-item${error ? " toast-fail" : ""}`, role: error ? "alert" : "status" }, error ? icon("alert") : null, el("span", {}, sentence));
  const close = () => item.remove();
  if (act) item.append(el("button", { type: "button", class: "toast-act", onclick: () => { close(); onact(); } }, act));
  item.append(el("button", { type: "button", class: "icon-button", "aria-label": gettext("Close"), onclick: close }, icon("close")));
  document.getElementById("toasts").append(item);
  if (!error) setTimeout(close, act ? STAYS_WITH_ACT_MS : STAYS_MS);
  return close;
}

let announcedAt = 0;
let waiting = null;
let next = "";

/** Say something to screen readers, politely, at most once every five seconds; the newest sentence wins. */
export function announce(sentence) {
  next = sentence;
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = null;
    announcedAt = Date.now();
    document.getElementById("announcer").textContent = next;
  }, Math.max(50, announcedAt + 5000 - Date.now()));
}
