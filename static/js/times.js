// "5 minutes ago" stays true while the page is open.

import { onPage } from "./page.js";

const units = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
const format = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" });

// The server tells times in the zone of the account, or else in this one.
const ours = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (ours) document.cookie = `timezone=${ours}; path=/; max-age=31536000; samesite=lax`;

// The account's zone may be one that this browser does not know yet.
function whole(at) {
  try { return at.toLocaleString(undefined, { timeZone: document.body.dataset.timeZone || undefined }); } catch { return at.toISOString(); }
}

function say(element) {
  const at = new Date(element.dateTime);
  const seconds = (at.getTime() - Date.now()) / 1000;
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  element.textContent = Math.abs(seconds) < 45 ? format.format(0, "second") : format.format(Math.round(seconds / size), unit);
  element.title = whole(at);
}

onPage("time[data-ago]", say);
setInterval(() => document.querySelectorAll("time[data-ago]").forEach(say), 30_000);
