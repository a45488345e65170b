// What is shown once is easy to take along: a click selects it, a button copies it.

import { setText } from "./dom.js";
import { gettext } from "./i18n.js";
import { onPage } from "./page.js";

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
