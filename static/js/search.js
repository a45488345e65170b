// The search page: a changed filter searches at once, arrow keys walk through the passages, Enter opens one.

import { gettext } from "./i18n.js";
import { onPage } from "./page.js";
import { typing } from "./dom.js";
import { toast } from "./toasts.js";

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

onPage("[data-search]", (page, signal) => {
  const form = page.querySelector("form");
  const hits = [...page.querySelectorAll("[data-hit]")];

  form.addEventListener("change", (event) => {
    if (event.target.name !== "q" && form.elements.q.value.trim()) form.requestSubmit();
  }, { signal });

  // Fields that say nothing are not put into the address.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value || (name === "mode" && value === "hybrid")) formData.delete(name);
  }, { signal });

  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button.dataset.copy);
  }, { signal });

  page.addEventListener("focusin", (event) => {
    const hit = event.target.closest("[data-hit]");
    hits.forEach((other) => other.classList.toggle("is-current", other === hit));
  }, { signal });

  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || !hits.length || document.querySelector("dialog[open]")) return;
    // From the search field itself the arrow leads into the passages.
    if (typing(event.target) && !(event.key === "ArrowDown" && event.target === form.elements.q)) return;
    event.preventDefault();
    const at = hits.findIndex((hit) => hit.contains(document.activeElement));
    const next = hits[at === -1 ? 0 : Math.min(Math.max(at + step, 0), hits.length - 1)];
    if (at === 0 && step < 0) { form.elements.q.focus(); return; }
    next.querySelector("a").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }, { signal });
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(gettext("Copied."));
  } catch (error) {
    toast(error.message, { error: true });
  }
}
