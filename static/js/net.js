// Requests to our own API: the session's cookie, the CSRF token, errors as sentences.

import { gettext } from "./i18n.js";

export const csrfToken = () => document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? "";

export class RefusedError extends Error {
  constructor(sentence, status, code, body = {}) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

/** The JSON of an answer; throws RefusedError with a sentence for the person who asked. `form` is FormData instead of JSON. With `keepalive` it is sent
 *  also while the page is being left. */
export async function api(method, url, { json, form, signal, keepalive } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(url, { method, headers, signal, keepalive, body: json === undefined ? form : JSON.stringify(json), credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RefusedError(gettext("The server cannot be reached. Nothing was changed; try again in a moment."), 0, "unreachable");
  }
  const text = await answer.text();
  if (!answer.ok) throw refusal(text, answer.status);
  return text ? JSON.parse(text) : null;
}

/** The sentence of an error's body: {"detail": ...}, or the first of {field: [sentences]}. */
export function refusal(text, status) {
  let body = {};
  try { body = JSON.parse(text); } catch { /* not ours: a proxy's page */ }
  const first = Object.values(body).flat().find((value) => typeof value === "string");
  const detail = typeof body.detail === "string" ? body.detail : first;
  return new RefusedError(detail ?? defaultSentence(status), status, body.code, body);
}

function defaultSentence(status) {
  if (status === 401 || status === 403) return gettext("You may not do this, or you have been signed out.");
  if (status === 404) return gettext("This does not exist any more.");
  if (status === 413) return gettext("This file is too large.");
  if (status === 429) return gettext("Too many requests at once. Wait a moment.");
  return gettext("The server could not do this just now. Try again in a moment.");
}
