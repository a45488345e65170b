// The timeline: confirming, correcting and hiding events, and entering own ones. All through the API; the page's part is asked for again.

import { gettext } from "./i18n.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { announce, toast } from "./toasts.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-event-send], [data-event-edit]");
  if (!button) return;
  const row = button.closest("[data-event]");
  if ("eventEdit" in button.dataset) open(row, row.querySelector("[data-event-form]").hidden);
  else send(row, JSON.parse(button.dataset.eventSend), button);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("[data-event-form], [data-event-new]");
  if (!form) return;
  event.preventDefault();
  if (form.matches("[data-event-new]")) enter(form);
  else send(form.closest("[data-event]"), typed(form), form.querySelector("button"));
});

document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && event.target.closest?.("[data-event-form]");
  if (form) open(form.closest("[data-event]"), false);
});

/** Show the form of an event below its text, or put it away. */
function open(row, on) {
  const form = row.querySelector("[data-event-form]");
  form.hidden = !on;
  row.querySelector("[data-event-edit][aria-expanded]").setAttribute("aria-expanded", String(on));
  (on ? form.elements.text : row.querySelector("[data-event-edit][aria-expanded]")).focus();
}

function typed(form) {
  const values = Object.fromEntries(new FormData(form));
  for (const name of ["end_date", "time"]) values[name] = values[name] || null;
  return values;
}

const SAID = { confirmed: gettext("Confirmed."), hidden: gettext("Hidden. It can be found again by the filter “Hidden”.") };

async function send(row, json, button) {
  const address = `${document.querySelector("[data-timeline]").dataset.timeline}${row.dataset.event}/`;
  button.disabled = true;
  try {
    await api("PATCH", address, { json });
  } catch (error) {
    button.disabled = false;
    toast(error.message, { error: true });
    return;
  }
  if (json.state === "hidden") toast(SAID.hidden, { act: gettext("Undo"), onact: () => undo(address) });
  else announce(SAID[json.state] ?? gettext("Changed."));
  keepPlace(row);
  refresh(0);
}

async function undo(address) {
  try {
    await api("PATCH", address, { json: { take_back: true } });
  } catch (error) {
    toast(error.message, { error: true });
    return;
  }
  refresh(0);
}

/** The button is gone after this: the row that stands there then keeps the place of whoever works with the keyboard. */
function keepPlace(row) {
  const { id } = row;
  document.addEventListener("lexintel:refreshed", () => {
    const next = document.getElementById(id) ?? document.querySelector("[data-event]:last-child");
    next?.querySelector(".event-acts button")?.focus({ preventScroll: true });
  }, { once: true });
}

async function enter(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await api("POST", document.querySelector("[data-timeline]").dataset.timeline, { json: typed(form) });
  } catch (error) {
    toast(error.message, { error: true });
    return;
  } finally {
    button.disabled = false;
  }
  announce(gettext("Entered."));
  form.reset();
  form.elements.text.focus();
  refresh(0);
}
