// Many files as one piece of work: the buttons beside its bar. The bar itself follows its events as every other (live.js).

import { gettext, ngettext, interpolate } from "./i18n.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { onPage } from "./page.js";
import { progress, TERMINAL } from "./progress.js";
import { confirmed } from "./shell.js";
import { toast } from "./toasts.js";

const SAID = {
  pause: gettext("Paused. What is being read now is read to the end of its step."),
  resume: gettext("It goes on."),
  cancel: gettext("Cancelled."),
  retry: gettext("What failed is tried again."),
};

/** Ask where it cannot be undone, do it, say so; true where it was done. */
export async function changeBatch(id, verb) {
  if (verb === "cancel" && !(await confirmed(gettext("Cancel everything of this that is not ready yet?"), gettext("Cancel it")))) return false;
  try {
    await api("POST", `/api/batches/${id}/${verb}/`);
    toast(SAID[verb]);
  } catch (error) {
    toast(error.message, { error: true });
    return false;
  }
  refresh(0);
  return true;
}

onPage("[data-batch]", (element, signal) => {
  const topic = element.dataset.progress;
  element.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-batch-act]");
    if (!button) return;
    button.disabled = true;
    await changeBatch(element.dataset.batch, button.dataset.batchAct);
    button.disabled = false;
  }, { signal });
  document.addEventListener("lexintel:progress", ({ detail }) => { if (detail.topic === topic) offer(element, detail); }, { signal });
  const last = progress.last(topic);
  if (last && last.seq > Number(element.dataset.seq)) offer(element, last);
});

/** Show the buttons that fit; the focus goes along to the one that took its place. */
function offer(element, event) {
  const paused = event.step === "paused";
  const over = TERMINAL.has(event.status);
  const shown = { pause: !paused && !over, resume: paused && !over, cancel: !over };
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.batchAct : "";
  for (const button of element.querySelectorAll("[data-batch-act]")) if (button.dataset.batchAct in shown) button.hidden = !shown[button.dataset.batchAct];
  if (focused && shown[focused] === false) element.querySelector("[data-batch-act]:not([hidden])")?.focus();
}

onPage("[data-reread-case]", (button, signal) => button.addEventListener("click", async () => {
  button.closest("details").open = false;
  if (await confirmed(gettext("Read all documents of this case anew? What was read before stays until the new reading is there."), gettext("Read anew"))) await reread({ case: button.dataset.rereadCase });
}, { signal }));

/** Have documents read anew as one batch: {case} for all of it, {case, documents: [ids]} for some. True where it began. */
export async function reread(what) {
  try {
    const batch = await api("POST", "/api/documents/reprocess/", { json: what });
    const n = Math.max(batch.total, batch.expected);
    toast(interpolate(ngettext("%(n)s document is read anew.", "%(n)s documents are read anew.", n), { n }));
  } catch (error) {
    toast(error.message, { error: true });
    return false;
  }
  refresh(0);
  return true;
}
