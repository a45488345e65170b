// Stars on documents, rulings and answers; thumbs on hits. A vote is sent without a reload, and what it came to is said.

import { api } from "./net.js";
import { gettext, interpolate, ngettext } from "./i18n.js";
import { onPage } from "./page.js";
import { announce, toast } from "./toasts.js";

const ADDRESS = "/api/ratings/";
const SETTLED_MS = 500;
const AT_ONCE = 200;

// -- stars ---------------------------------------------------------------------------------------------------------------------------

let unasked = [];

onPage("[data-rating]", (form, signal) => {
  const back = form.querySelector("[data-rating-back]");
  let timer = 0;

  // Arrow keys walk through the stars: only where they stop is meant.
  form.addEventListener("change", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => send("POST", { value: Number(event.target.value) }), SETTLED_MS);
  }, { signal });
  form.addEventListener("submit", (event) => event.preventDefault(), { signal });
  back.addEventListener("click", () => { clearTimeout(timer); send("DELETE", null); }, { signal });

  if ("count" in form.dataset) show(form, standingOf(form.dataset));
  else ask(form);

  async function send(method, json) {
    const { targetType: type, targetId: id } = form.dataset;
    const query = method === "DELETE" ? `?target_type=${type}&target_id=${id}` : "";
    form.setAttribute("aria-busy", "true");
    try {
      const found = await api(method, ADDRESS + query, json ? { json: { target_type: type, target_id: id, ...json } } : {});
      if (method === "DELETE" && form.contains(document.activeElement)) form.querySelector("input").focus();
      show(form, { ...found, mine: json?.value ?? null });
      announce(said(form).textContent);
    } catch (error) {
      if (error.name === "AbortError") return;
      show(form, form.standing ?? { count: 0, mine: null });
      toast(error.message, { error: true });
    } finally {
      form.removeAttribute("aria-busy");
    }
  }
});

function standingOf({ mine, count, average }) { return { mine: Number(mine) || null, count: Number(count), average: Number(average) }; }

/** Answers are many on one page: they are asked for together. */
function ask(form) {
  if (unasked.push(form) > 1) return;
  setTimeout(async () => {
    const forms = unasked;
    unasked = [];
    for (let at = 0; at < forms.length; at += AT_ONCE) await askSome(forms.slice(at, at + AT_ONCE));
  });
}

async function askSome(forms) {
  const query = new URLSearchParams({ target_type: forms[0].dataset.targetType });
  for (const { dataset } of forms) query.append("target_id", dataset.targetId);
  try {
    const found = new Map((await api("GET", `${ADDRESS}many/?${query}`)).map((one) => [one.target_id, one]));
    for (const form of forms) if (found.has(form.dataset.targetId) && form.isConnected) show(form, found.get(form.dataset.targetId));
  } catch (error) {
    for (const form of forms) said(form).textContent = error.message;
  }
}

function show(form, standing) {
  form.standing = standing;
  for (const input of form.querySelectorAll("input")) input.checked = Number(input.value) === standing.mine;
  form.querySelector("[data-rating-back]").hidden = !standing.mine;
  said(form).textContent = sentence(standing);
}

function said(form) { return form.querySelector("[data-rating-said]"); }

function sentence({ mine, count, average }) {
  const own = mine ? interpolate(ngettext("You gave %(n)s star.", "You gave %(n)s stars.", mine), { n: mine }) : "";
  const all = count ? interpolate(ngettext("%(average)s of 5 on average, from %(n)s rating.", "%(average)s of 5 on average, from %(n)s ratings.", count), { average: average.toFixed(1), n: count }) : gettext("Not rated yet.");
  return [own, all].filter(Boolean).join(" ");
}

// -- thumbs --------------------------------------------------------------------------------------------------------------------------

onPage("[data-search]", (page, signal) => {
  const thumbs = [...page.querySelectorAll("[data-hit-vote]")];
  if (!thumbs.length) return;
  const asked = api("GET", `${ADDRESS}hits/${location.search}`, { signal });

  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-useful]");
    if (button) vote(button);
  }, { signal });

  asked.then(({ votes }) => { for (const { document: id, useful } of votes) press(id, useful); }, (error) => {
    if (error.name !== "AbortError") for (const group of thumbs) group.hidden = true;
  });

  async function vote(button) {
    const { document: id, page: number } = button.closest("[data-hit-vote]").dataset;
    const useful = button.dataset.useful === "1";
    const { words } = await asked; // a vote may come before the page knows those given earlier
    const before = pressed(id);
    const after = before === useful ? null : useful;
    press(id, after);
    try {
      if (after === null) await api("DELETE", `${ADDRESS}hits/`, { json: { words, document: id } });
      else await api("POST", `${ADDRESS}hits/`, { json: { words, document: id, page: Number(number), useful } });
      announce(after === null ? gettext("Your vote was taken back.") : useful ? gettext("Marked as useful.") : gettext("Marked as not useful."));
    } catch (error) {
      press(id, before);
      toast(error.message, { error: true });
    }
  }

  /** A vote is of a document: all of its hits show it. */
  function press(id, useful) {
    for (const button of buttons(id)) button.setAttribute("aria-pressed", String(useful !== null && (button.dataset.useful === "1") === useful));
  }

  function pressed(id) {
    const on = buttons(id).find((button) => button.getAttribute("aria-pressed") === "true");
    return on ? on.dataset.useful === "1" : null;
  }

  function buttons(id) { return thumbs.filter(({ dataset }) => dataset.document === id).flatMap((group) => [...group.querySelectorAll("[data-useful]")]); }
});
