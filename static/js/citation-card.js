// The card of a citation (.cite; the tag {% cite %} makes them): a click or Enter opens it to stay, a resting pointer or focus shows it for a while.
// There is one at a time, beside its citation; Tab leads into it and out again, Escape closes it and leads back.

import { el } from "./dom.js";
import { gettext } from "./i18n.js";
import { toast } from "./toasts.js";

const HOVER_MS = 350;
const FOCUS_MS = 600;
const LEAVE_MS = 250;
const GAP = 6;
const EDGE = 8;
const FOCUSABLE = "a[href], button:not([hidden])";

const fetched = new Map(); // address: promise of the fragment
let card = null; // {element, trigger, held}
let wanted = null; // the citation that was asked for last
let coming, leaving, quiet; // timers; the citation to which focus just returned

const current = () => card?.trigger.ownerDocument.contains(card.trigger) ? card.trigger : same(card?.trigger);
/** The original may have been drawn anew: the citation is another element then. */
const same = (old) => old && document.querySelector(`.cite[data-citation="${CSS.escape(old.dataset.citation ?? "")}"][tabindex], a.cite[data-citation="${CSS.escape(old.dataset.citation ?? "")}"]`);

/** The citation at an event's place; also the marked words of a hit that are its citation's. */
function triggerAt(target) {
  const cite = target.closest?.(".cite");
  if (cite) return cite;
  const mark = target.closest?.("[data-hit] mark");
  return mark ? [...mark.closest("[data-hit]").querySelectorAll(".cite")].find((one) => oneLine(one) === oneLine(mark)) : null;
}

const oneLine = (element) => element.textContent.replace(/\s+/g, " ").trim();
const addressOf = (trigger) => trigger.getAttribute("href") ?? `/citations/${trigger.dataset.citation}/card/`;

function fragment(address) {
  if (!fetched.has(address)) {
    const answer = fetch(address, { credentials: "same-origin" }).then((got) => {
      if (!got.ok || got.redirected) throw new Error(got.status === 404 ? gettext("This citation does not exist any more.") : gettext("The card cannot be shown just now."));
      return got.text();
    });
    fetched.set(address, answer);
    answer.catch(() => fetched.delete(address));
  }
  return fetched.get(address);
}

async function open(trigger, { held = false } = {}) {
  wanted = trigger;
  if (card?.trigger === trigger) { hold(held); return; }
  let html;
  try {
    html = await fragment(addressOf(trigger));
  } catch (error) {
    if (held && wanted === trigger) toast(error instanceof TypeError ? gettext("The server cannot be reached. Try again in a moment.") : error.message, { error: true });
    return;
  }
  if (wanted !== trigger || !trigger.isConnected) return;
  close();
  wanted = trigger;
  const element = el("div", { class: "citation-card", id: "citation-card", role: "dialog", "aria-labelledby": "citation-card-title", tabindex: "-1" });
  element.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  const list = element.querySelector("[data-card-list]");
  if (list && trigger.closest(".doc[data-document]") && !trigger.closest("#panel-citations")) list.hidden = false;
  document.body.append(element);
  globalThis.htmx?.process(element);
  card = { element, trigger, held: false };
  trigger.setAttribute("aria-expanded", "true");
  trigger.setAttribute("aria-controls", element.id);
  place();
  hold(held);
}

function hold(held) {
  if (!held) return;
  card.held = true;
  card.element.focus({ preventScroll: true });
}

function close({ back = false } = {}) {
  clearTimeout(coming);
  clearTimeout(leaving);
  wanted = null;
  if (!card) return;
  const trigger = current();
  card.element.remove();
  for (const one of [card.trigger, trigger]) { one?.removeAttribute("aria-controls"); one?.setAttribute("aria-expanded", "false"); }
  card = null;
  if (!back || !trigger) return;
  quiet = trigger;
  trigger.focus({ preventScroll: true });
}

/** Below its citation, or above where there is more room; never outside the window. */
function place() {
  const trigger = current();
  const box = trigger?.getClientRects()[0];
  if (!box || box.bottom < 0 || box.top > innerHeight) { close(); return; }
  const { style } = card.element;
  const below = innerHeight - box.bottom - GAP - EDGE;
  const above = box.top - GAP - EDGE;
  style.setProperty("--card-room", `${Math.round(Math.max(below, above, 120))}px`);
  const { offsetWidth: width, offsetHeight: height } = card.element;
  const top = height <= below || below >= above ? box.bottom + GAP : box.top - GAP - height;
  style.setProperty("--card-top", `${Math.round(Math.max(EDGE, Math.min(top, innerHeight - height - EDGE)))}px`);
  style.setProperty("--card-left", `${Math.round(Math.max(EDGE, Math.min(box.left, document.body.clientWidth - width - EDGE)))}px`);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse" || event.buttons) return;
  const inside = card?.element.contains(event.target);
  const trigger = inside ? null : triggerAt(event.target);
  if (inside || trigger === card?.trigger) clearTimeout(leaving);
  clearTimeout(coming);
  if (inside || card?.held) return;
  if (trigger && trigger !== card?.trigger) coming = setTimeout(() => open(trigger), HOVER_MS);
  else if (!trigger) {
    wanted = card ? wanted : null;
    clearTimeout(leaving);
    if (card && !card.element.contains(document.activeElement)) leaving = setTimeout(close, LEAVE_MS);
  }
});

document.addEventListener("pointerdown", (event) => {
  clearTimeout(coming);
  if (card && !card.element.contains(event.target) && triggerAt(event.target) !== card.trigger) close();
});

// Before the page's own handlers: a citation in a note opens its card, and not the note.
document.addEventListener("click", (event) => {
  if (card?.element.contains(event.target)) { acted(event); return; }
  const trigger = triggerAt(event.target);
  if (!trigger || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const selection = getSelection();
  if (event.detail && !selection.isCollapsed && selection.containsNode(trigger, true)) return; // words were selected, nothing was clicked
  event.stopPropagation();
  if (card?.held && card.trigger === trigger) close({ back: true });
  else open(trigger, { held: true });
}, true);

function acted(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if ("cardClose" in button.dataset) close({ back: true });
  else if (button.dataset.cardCopy) copy(button.dataset.cardCopy);
  else if ("cardList" in button.dataset) {
    const { citation, key } = current().dataset;
    close();
    document.dispatchEvent(new CustomEvent("lexintel:authority", { detail: { citation, key } }));
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(gettext("Copied."));
  } catch (error) {
    toast(error.message, { error: true });
  }
}

document.addEventListener("focusin", (event) => {
  clearTimeout(coming);
  const returned = quiet === event.target;
  quiet = null;
  const trigger = event.target.matches(".cite") ? event.target : null;
  if (card && trigger !== card.trigger && !card.element.contains(event.target)) close();
  if (trigger && !returned && trigger !== card?.trigger && trigger.matches(":focus-visible")) coming = setTimeout(() => open(trigger), FOCUS_MS);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && (card || wanted)) {
    const inside = card?.held || card?.element.contains(document.activeElement);
    if (card) { event.preventDefault(); event.stopPropagation(); }
    close({ back: inside });
  } else if (event.key === "Tab" && card) tabbed(event);
  else if ((event.key === " " || (event.key === "Enter" && !event.target.href)) && event.target.matches?.(".cite")) {
    event.preventDefault();
    event.target.click();
  }
}, true);

/** From the citation into its card, and out of the card to the citation and what follows it. */
function tabbed(event) {
  const trigger = current();
  const all = [...card.element.querySelectorAll(FOCUSABLE)];
  if (document.activeElement === trigger && !event.shiftKey) {
    event.preventDefault();
    card.held = true;
    (all[0] ?? card.element).focus();
    return;
  }
  if (!card.element.contains(document.activeElement)) return;
  const first = document.activeElement === all[0] || document.activeElement === card.element;
  const last = document.activeElement === (all.at(-1) ?? card.element);
  if (event.shiftKey ? !first : !last) return;
  if (event.shiftKey) event.preventDefault();
  close({ back: true }); // without Shift the browser goes on from the citation
}

addEventListener("scroll", ({ target }) => { if (card && !card.element.contains(target)) place(); }, { passive: true, capture: true });
addEventListener("resize", () => card && place(), { passive: true });
// What is cited changes with what is read: a page that was brought up to date asks anew.
for (const changed of ["htmx:afterSettle", "lexintel:refreshed"]) document.addEventListener(changed, () => { fetched.clear(); if (!current()) close(); });
