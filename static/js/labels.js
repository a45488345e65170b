// What a person says is heard in a stretch of a recording: times come from the player, or are typed.

import { gettext } from "./i18n.js";
import { toast } from "./toasts.js";

// 845.2 -> "00:14:05.2"
function precise(seconds) {
  const tenths = Math.round(seconds * 10);
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  return `${two(tenths / 36000)}:${two((tenths / 600) % 60)}:${two((tenths / 10) % 60)}.${tenths % 10}`;
}

// "14:05.2" or "845.2" -> 845.2; NaN for what is no time.
function secondsOf(text) {
  const parts = text.trim().split(":");
  if (parts.length > 3 || !parts.every((part) => /^\d+(?:[.,]\d+)?$/.test(part))) return NaN;
  return parts.reduce((sum, part) => 60 * sum + Number(part.replace(",", ".")), 0);
}

export function openLabels(page, { player, send, signal }) {
  const address = () => page.querySelector("[data-labels]").dataset.labels;

  page.addEventListener("click", (event) => {
    const now = event.target.closest("[data-label-now]");
    const drop = event.target.closest("[data-label-drop]");
    if (now) now.form.elements[now.dataset.labelNow].value = precise(player.currentTime);
    if (drop) send("DELETE", `${address()}${drop.dataset.labelDrop}/`);
  }, { signal });

  page.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-label-form]")) return;
    event.preventDefault();
    const { label, start, end } = event.target.elements;
    const [from, to] = [secondsOf(start.value), secondsOf(end.value)];
    if (Number.isNaN(from) || Number.isNaN(to)) { toast(gettext("A time is written like 00:14:05.2."), { error: true }); return; }
    await send("POST", address(), { label: label.value, start_s: from, end_s: to });
  }, { signal });
}
