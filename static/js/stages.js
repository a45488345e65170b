// What an event means, in words, with the time that is left as the server estimates it.

import { about, gettext, interpolate } from "./i18n.js";

const NAMES = {
  pending: gettext("Waiting"),
  queued: gettext("Waiting"),
  extracting: gettext("Reading the text"),
  recognising: gettext("Recognising the text"),
  embedding: gettext("Indexing the meaning"),
  citing: gettext("Finding citations"),
  decoding: gettext("Decoding"),
  processing: gettext("Listening"),
  listening: gettext("Listening"),
  concluding: gettext("Listening"),
  transcribing: gettext("Writing the transcript"),
  speakers: gettext("Telling the speakers apart"),
  batch: "", // its message says it all: "12 of 40, 1 failed"
  paused: "",
};

/** "Reading the text, page 21 of 50, about 20 s" */
export function words(event) {
  if (event.status === "succeeded") return gettext("Ready");
  if (event.status === "failed") return event.message || gettext("Failed");
  if (event.status === "cancelled") return gettext("Cancelled");
  const stage = NAMES[event.step] ?? NAMES[event.status] ?? event.step;
  return [stage, event.message, event.left ? about(event.left) : ""].filter(Boolean).join(", ");
}

/** After seconds without news: what is being waited for. */
export function stillWaiting(event, seconds, reason) {
  const stage = NAMES[event.step] ?? NAMES[event.status] ?? event.step;
  if (reason) return `${stage}: ${reason}`;
  if (["pending", "queued"].includes(event.status) && event.percent === 0) return [event.message, gettext("Waiting for its turn")].filter(Boolean).join(", ");
  return interpolate(gettext("%(stage)s, still working, no news for %(n)s s"), { stage: [stage, event.message].filter(Boolean).join(", "), n: seconds });
}
