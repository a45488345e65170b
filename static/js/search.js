// The search page: a changed filter searches at once, arrow keys walk through the passages, Enter opens one.

import { gettext } from "./i18n.js";
import { onPage } from "./page.js";
import { typing } from "./dom.js";
import { toast } from "./toasts.js";

onPage("[data-search]", (page, signal) => {
  const form = page.querySelector("form");
  const hits = [...page.querySelectorAll("[data-hit]")];
  let current = -1;

  form.addEventListener("change", (event) => {
    if (event.target.name !== "q" && form.elements.q.value.trim()) form.requestSubmit();
  }, { signal });

  // Fields that say nothing are not put into the address.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value || (name === "mode" && value === "hybrid")) formData.delete(name);
  }, { signal });

  page.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(gettext("Copied."));
  }, { signal });

  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || !hits.length) return;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    hits[current]?.classList.remove("current");
    current = Math.min(Math.max(current + step, 0), hits.length - 1);
    hits[current].classList.add("current");
    hits[current].querySelector("a").focus({ preventScroll: true });
    hits[current].scrollIntoView({ block: "nearest" });
  }, { signal });
});
