// What is shown once is easy to take along: a click selects it, a button copies it.

import { setText } from "./dom.js";
import { gettext, interpolate } from "./i18n.js";
import { onPage } from "./page.js";
import { toast } from "./toasts.js";

/** Into the clipboard, and say so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(gettext("Copied."));
  } catch (error) {
    toast(interpolate(gettext("The browser does not allow to copy: %(why)s"), { why: error.message }), { error: true });
  }
}

onPage("[data-select-all]", (field, signal) => field.addEventListener("focus", () => field.select(), { signal }));

onPage("[data-copy-value]", (button, signal) => {
  const label = button.lastChild;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copyValue);
      setText(label, gettext("Copied"));
    } catch {
      button.previousElementSibling.select(); // no right to the clipboard: at least Ctrl-C is enough
    }
  }, { signal });
});
