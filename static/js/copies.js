// Copies of selected documents to hand out: without what is not shown, or with Bates numbers (which the dialog asks for).

import { gettext, interpolate, ngettext } from "./i18n.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { toast } from "./toasts.js";

const leftOut = (n) => (n ? " " + interpolate(ngettext("%(n)s is left out, for it is no PDF that has been read.", "%(n)s are left out, for they are no PDFs that have been read.", n), { n }) : "");
const follow = (task) => ({ act: gettext("Follow it"), onact: () => location.assign(`/tasks/${task}/`) });

async function ask(address, json, said) {
  try {
    const asked = await api("POST", address, { json });
    toast(said(asked) + leftOut(asked.left_out.length), follow(asked.task_id));
  } catch (error) {
    toast(error.message, { error: true });
    return false;
  }
  refresh(0);
  return true;
}

export const scrub = (selection) => ask("/api/documents/scrub/", selection, ({ documents: { length: n } }) => interpolate(ngettext("A scrubbed copy of %(n)s document is being made.", "Scrubbed copies of %(n)s documents are being made.", n), { n }));

/** Ask for prefix, digits and start; resolves to whether it was begun. */
export function stamp(selection, dialog) {
  return new Promise((resolve) => {
    const form = dialog.querySelector("form");
    dialog.addEventListener("close", async () => {
      if (dialog.returnValue !== "save") { resolve(false); return; }
      const { prefix, digits, start } = form.elements;
      const wanted = { ...selection, prefix: prefix.value, digits: Number(digits.value), start: start.value ? Number(start.value) : null };
      resolve(await ask("/api/documents/bates/", wanted, (asked) => interpolate(gettext("Copies with the numbers %(begin)s to %(end)s are being made."), { begin: asked.bates_begin, end: asked.bates_end })));
    }, { once: true });
    dialog.returnValue = "";
    dialog.showModal();
  });
}
