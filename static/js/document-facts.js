// What a document is: confirming what is proposed, changing it in place, taking back what was said. All through the API.

import { gettext } from "./i18n.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { announce, toast } from "./toasts.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-fact-confirm], [data-fact-back], [data-fact-edit], [data-fact-cancel]");
  if (!button) return;
  const { factConfirm, factBack } = button.dataset;
  const row = button.closest("[data-fact]");
  if (factConfirm) send(button, { confirm: factConfirm.split(" ") }, gettext("Confirmed."));
  else if (factBack) send(button, { take_back: [factBack] }, gettext("Taken back. The rules propose again."));
  else open(row, "factEdit" in button.dataset);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("[data-fact-form]");
  if (!form) return;
  event.preventDefault();
  const field = form.dataset.factForm;
  const value = form.elements.value.value;
  send(form.querySelector("button"), { [field]: field === "parties" ? parties(value) : value }, gettext("Changed."));
});

document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && event.target.closest?.("[data-fact-form]");
  if (form) open(form.closest("[data-fact]"), false);
});

/** Show the form of a field in the place of its value, or the value again. */
function open(row, on) {
  const form = row.querySelector("[data-fact-form]");
  const edit = row.querySelector("[data-fact-edit]");
  form.hidden = !on;
  row.querySelector("[data-fact-shown]").hidden = on;
  edit.setAttribute("aria-expanded", String(on));
  (on ? form.elements.value : edit).focus();
}

const parties = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
  const found = line.match(/^(.*\S)\s*\(([^()]*)\)$/);
  return found ? { name: found[1], role: found[2].trim() } : { name: line, role: "" };
});

async function send(button, json, said) {
  const { facts: address } = button.closest("[data-facts]").dataset;
  const field = button.closest("[data-fact]")?.dataset.fact;
  button.disabled = true;
  try {
    await api("PATCH", address, { json });
  } catch (error) {
    button.disabled = false;
    toast(error.message, { error: true });
    return;
  }
  announce(said);
  // The button is gone after this: its row keeps the place of whoever works with the keyboard.
  document.addEventListener("lexintel:refreshed", () => document.getElementById(field ? `edit-${field}` : "what-title")?.focus(), { once: true });
  refresh(0);
}
