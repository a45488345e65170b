// The search page: a changed filter searches at once; arrow keys walk through the passages, Enter opens one, Right shows it in place.

import { gettext } from "./i18n.js";
import { onPage } from "./page.js";
import { typing } from "./dom.js";
import { Preview } from "./search-preview.js";
import { toast } from "./toasts.js";

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

onPage("[data-search]", (page, signal) => {
  const form = page.querySelector("form");
  const hits = [...page.querySelectorAll("[data-hit]")];
  const preview = hits.length ? new Preview(page, signal) : null;

  form?.addEventListener("change", (event) => {
    if (event.target.name !== "q" && form.elements.q.value.trim()) form.requestSubmit();
  }, { signal });

  // Fields that say nothing are not put into the address.
  form?.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value || (name === "mode" && value === "hybrid")) formData.delete(name);
  }, { signal });

  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-preview-open]");
    if (!button) return;
    if (button.dataset.copy) copy(button.dataset.copy);
    else toggle(button.closest("[data-hit]"));
  }, { signal });

  page.addEventListener("focusin", (event) => {
    const hit = event.target.closest("[data-hit]");
    if (!hit && preview?.holds(event.target)) return;
    hits.forEach((other) => other.classList.toggle("is-current", other === hit));
  }, { signal });

  document.addEventListener("keydown", (event) => {
    if (!hits.length || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (STEPS[event.key]) walk(event);
    else if (!event.shiftKey && !typing(event.target)) inPlace(event);
  }, { signal });

  /** The hit that the focus or the preview is on. */
  function current() {
    const { activeElement } = document;
    return hits.find((hit) => hit.contains(activeElement)) ?? (preview.holds(activeElement) || activeElement === document.body ? preview.hit : null);
  }

  function walk(event) {
    // From the search field itself the arrow leads into the passages.
    if (typing(event.target) && !(event.key === "ArrowDown" && event.target === form?.elements.q)) return;
    if (event.key.startsWith("Arrow") && preview.holds(event.target)) return; // there the arrows scroll
    event.preventDefault();
    const at = hits.indexOf(current());
    if (form && at === 0 && STEPS[event.key] < 0) { form.elements.q.focus(); return; }
    const next = hits[at === -1 ? 0 : Math.min(Math.max(at + STEPS[event.key], 0), hits.length - 1)];
    if (preview.hit && next !== preview.hit) preview.show(next);
    next.querySelector("a").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function inPlace(event) {
    const hit = current();
    const { key } = event;
    if (key === "Escape" || key === "ArrowLeft") {
      if (!preview.hit || document.querySelector("details.menu[open]")) return;
      event.preventDefault();
      if (key === "ArrowLeft" && preview.holds(event.target)) preview.hit.querySelector("a").focus({ preventScroll: true });
      else preview.close();
    } else if (hit && key === "ArrowRight") {
      event.preventDefault();
      if (preview.hit === hit) preview.enter();
      else preview.show(hit);
    } else if (hit && (key === "o" || (key === " " && !preview.holds(event.target) && !event.target.closest("button, summary, .cite")))) {
      event.preventDefault();
      toggle(hit);
    }
  }

  function toggle(hit) {
    if (preview.hit === hit) preview.close();
    else preview.show(hit);
  }

  page.dataset.ready = "yes";
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(gettext("Copied."));
  } catch (error) {
    toast(error.message, { error: true });
  }
}
