// What an event means, in words, with the time that is left as seen from the events so far.

import { about, gettext, interpolate } from "./i18n.js";

const NAMES = {
  pending: gettext("Waiting"),
  queued: gettext("Waiting"),
  extracting: gettext("Reading the text"),
  embedding: gettext("Indexing the meaning"),
  citing: gettext("Finding citations"),
};
const WINDOW_MS = 15_000;
const speeds = new Map();

/** "Reading the text, page 21 of 50, about 20 s" */
export function words(event) {
  if (event.status === "succeeded") return gettext("Ready");
  if (event.status === "failed") return event.message || gettext("Failed");
  if (event.status === "cancelled") return gettext("Cancelled");
  const stage = NAMES[event.step] ?? NAMES[event.status] ?? event.step;
  const left = secondsLeft(event);
  return [stage, event.message, left ? about(left) : ""].filter(Boolean).join(", ");
}

/** Remember how fast a topic advances. */
export function observe(event) {
  const now = Date.now();
  const run = `${event.task ?? ""}:${event.attempt ?? 0}`;
  let seen = speeds.get(event.topic);
  if (!seen || event.percent < seen.points.at(-1).percent) seen = { points: [], run };
  seen.points.push({ at: now, percent: event.percent });
  while (seen.points.length > 2 && now - seen.points[0].at > WINDOW_MS) seen.points.shift();
  speeds.set(event.topic, seen);
}

function secondsLeft(event) {
  const points = speeds.get(event.topic)?.points ?? [];
  if (points.length < 3) return 0;
  const took = (points.at(-1).at - points[0].at) / 1000;
  const done = points.at(-1).percent - points[0].percent;
  const left = took > 2 && done > 1 ? ((100 - event.percent) * took) / done : 0;
  return left >= 5 ? left : 0;
}

/** After seconds without news: what is being waited for. */
export function stillWaiting(event, seconds, reason) {
  const stage = NAMES[event.step] ?? NAMES[event.status] ?? event.step;
  if (reason) return `${stage}: ${reason}`;
  if (["pending", "queued"].includes(event.status) && event.percent === 0) return gettext("Waiting for its turn");
  return interpolate(gettext("%(stage)s, still working, no news for %(n)s s"), { stage: [stage, event.message].filter(Boolean).join(", "), n: seconds });
}
