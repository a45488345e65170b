// The frame's own behaviour: theme, help, keys, menus, the dot of the connection, questions before what cannot be undone.

import { el, typing } from "./dom.js";
import { gettext } from "./i18n.js";
import { onPage } from "./page.js";
import { progress } from "./progress.js";
import { toast } from "./toasts.js";

const STATES = { live: gettext("Live"), reconnecting: gettext("Reconnecting…"), offline: gettext("Offline"), "signed-out": gettext("Signed out"), idle: "" };

onPage("[data-connection]", (dot, signal) => {
  const show = () => {
    dot.hidden = progress.state === "idle";
    dot.dataset.state = progress.state;
    dot.querySelector(".connection-text").textContent = STATES[progress.state];
    dot.title = progress.state === "live" ? gettext("What you see follows the server by itself.") : gettext("What you see may be older. It is brought up to date as soon as the server answers.");
  };
  document.addEventListener("lexintel:connection", show, { signal });
  show();
});

// The session ended while the page was open: elsewhere, by an administrator, or by its age.
document.addEventListener("lexintel:connection", ({ detail }) => {
  if (detail.state === "signed-out") toast(gettext("You are signed out, and this page does not follow the server any more."), { error: true, act: gettext("Sign in"), onact: () => location.reload() });
});

onPage("[data-theme-toggle]", (button, signal) => {
  button.addEventListener("click", () => globalThis.lexintelTheme.set(document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark"), { signal });
});

onPage("[data-help-open]", (button, signal) => button.addEventListener("click", () => document.getElementById("help").showModal(), { signal }));

// Where not all tabs fit, the one that is open is in view.
onPage(".tabs [aria-current]", (tab) => {
  const bar = tab.closest(".tabs");
  const over = tab.getBoundingClientRect().right - bar.getBoundingClientRect().right;
  if (over > 0) bar.scrollLeft += over + tab.offsetWidth;
});

onPage("select[name=role]", (select, signal) => {
  if (select.closest("form.inline-form")) select.addEventListener("change", () => select.form.requestSubmit(), { signal });
});

// <form data-confirm="Remove …?"> asks first; a bookkeeping flag lets the confirmed submit through.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset?.confirm || form.dataset.confirmed) { delete form.dataset?.confirmed; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  if (await confirmed(form.dataset.confirm, submitter?.textContent.trim() || submitter?.ariaLabel || undefined)) {
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
  }
}, true);

/** Ask in a dialog; resolves to true or false. */
export function confirmed(question, doIt = gettext("Yes")) {
  return new Promise((resolve) => {
    const dialog = el("dialog", { class: "dialog", "aria-label": question }, el("p", {}, question),
      el("form", { method: "dialog", class: "actions" },
        el("button", { class: "btn btn-quiet", value: "", autofocus: true }, gettext("Cancel")),
        el("button", { class: "btn btn-danger", value: "yes" }, doIt)));
    dialog.addEventListener("close", () => { resolve(dialog.returnValue === "yes"); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    if (event.key.toLowerCase() === "k" && !event.altKey) focusSearch(event);
    return;
  }
  if (event.key === "Escape") return escape(event);
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "/") focusSearch(event);
  else if (event.key === "?") document.getElementById("help").showModal();
});

function focusSearch(event) {
  const field = document.querySelector("[data-search-field]") ?? document.getElementById("global-search");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function escape(event) {
  const menu = document.querySelector("details.menu[open]");
  if (menu) { event.preventDefault(); menu.open = false; menu.querySelector("summary").focus(); return; }
  if (event.target.id === "global-search") event.target.blur();
}

addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

// After a boosted visit the focus goes to the content, as after a reload, and the new title is read.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "page" || event.detail.elt?.id === "page") document.getElementById("main")?.focus({ preventScroll: true });
});
document.addEventListener("htmx:sendError", () => toast(gettext("The server cannot be reached. Try again in a moment."), { error: true }));
onPage("select[data-submit]", (select, signal) => select.addEventListener("change", () => select.form.requestSubmit(), { signal }));
