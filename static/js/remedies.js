// What can be done about files that could not be read: another one in their place, a password, all that failed for a reason once more.

import { whyNot } from "./drop.js";
import { el } from "./dom.js";
import { gettext, interpolate, ngettext } from "./i18n.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { onPage } from "./page.js";
import { toast } from "./toasts.js";

/** Have a file chosen and put in the place of this document. */
export function replace(id) {
  const input = el("input", { type: "file", hidden: true, onchange: () => { send(id, input.files[0]); input.remove(); }, oncancel: () => input.remove() });
  document.body.append(input);
  input.click();
}

async function send(id, file) {
  if (!file) return;
  const refused = whyNot(file);
  if (refused) { toast(refused, { error: true }); return; }
  const form = new FormData();
  form.append("file", file);
  await asked(() => api("POST", `/api/documents/${id}/replace/`, { form }), interpolate(gettext("%(name)s is in its place and is being read. The old file lies among the deleted documents."), { name: file.name }));
}

async function asked(act, said) {
  try {
    await act();
    toast(said);
  } catch (error) {
    toast(error.message, { error: true });
    return false;
  }
  refresh(0);
  return true;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("form[data-password]");
  if (!form) return;
  event.preventDefault();
  const { value: password } = form.elements.password;
  const button = form.querySelector("button");
  button.disabled = true;
  const id = form.closest("[data-document]").dataset.document;
  if (await asked(() => api("POST", `/api/documents/${id}/password/`, { json: { password } }), gettext("The file is being read with this password."))) form.reset();
  button.disabled = false;
});

onPage("[data-documents]", (page, signal) => page.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-retry-failed]");
  if (!button) return;
  button.disabled = true;
  const { retryFailed, codes } = button.dataset;
  try {
    const batch = await api("POST", "/api/documents/retry/", { json: { case: retryFailed, ...(codes === undefined ? {} : { error_code: codes.split(",") }) } });
    toast(interpolate(ngettext("%(n)s document is tried again.", "%(n)s documents are tried again.", batch.total), { n: batch.total }));
  } catch (error) { toast(error.message, { error: true }); }
  button.disabled = false;
  refresh(0);
}, { signal }));
