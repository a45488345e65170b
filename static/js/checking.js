// The report of a checked draft: copied as plain text, printed.

import { setText } from "./dom.js";
import { gettext } from "./i18n.js";
import { onPage } from "./page.js";

onPage("[data-check-copy]", (button, signal) => {
  button.addEventListener("click", async () => {
    const label = button.querySelector("span");
    const head = document.querySelector(".check-top > div")?.innerText ?? "";
    const report = document.querySelector("[data-check-report]")?.innerText ?? "";
    try {
      await navigator.clipboard.writeText(`${head}\n\n${report}`);
      setText(label, gettext("Copied"));
    } catch {
      setText(label, gettext("The browser does not allow copying"));
    }
  }, { signal });
});

onPage("[data-check-print]", (button, signal) => button.addEventListener("click", () => window.print(), { signal }));
