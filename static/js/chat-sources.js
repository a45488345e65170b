// The card of a source: a resting pointer or focus shows the quoted passage beside its number, Escape puts it away. A click follows the link.

const SHOW_MS = 120;
const LEAVE_MS = 200;
const GAP = 6;
const EDGE = 8;

let shown = null; // {source, card}
let coming, leaving;

const cardOf = (source) => document.getElementById(source.getAttribute("aria-describedby"));

function show(source) {
  clearTimeout(leaving);
  if (shown?.source === source) return;
  hide();
  const card = cardOf(source);
  if (!card || !source.isConnected) return;
  card.hidden = false;
  shown = { source, card };
  place();
}

function hide() {
  clearTimeout(coming);
  clearTimeout(leaving);
  if (shown) shown.card.hidden = true;
  shown = null;
}

/** Below the number, or above it where there is more room; never outside the window. */
function place() {
  const { source, card } = shown;
  const box = source.getBoundingClientRect();
  if (!source.isConnected || box.bottom < 0 || box.top > innerHeight) { hide(); return; }
  const { offsetWidth: width, offsetHeight: height } = card;
  const below = innerHeight - box.bottom - GAP - EDGE;
  const top = height <= below || below >= box.top ? box.bottom + GAP : box.top - GAP - height;
  card.style.setProperty("--card-top", `${Math.round(Math.max(EDGE, top))}px`);
  card.style.setProperty("--card-left", `${Math.round(Math.max(EDGE, Math.min(box.left - 12, document.body.clientWidth - width - EDGE)))}px`);
}

const sourceAt = (target) => target.closest?.("[data-source]");

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse" || event.buttons) return;
  const source = sourceAt(event.target);
  clearTimeout(coming);
  if (source) coming = setTimeout(() => show(source), SHOW_MS);
  if (source === shown?.source || shown?.card.contains(event.target)) clearTimeout(leaving);
  else if (shown) { clearTimeout(leaving); leaving = setTimeout(hide, LEAVE_MS); }
});

document.addEventListener("focusin", (event) => {
  const source = sourceAt(event.target);
  if (source?.matches(":focus-visible")) show(source);
  else if (shown && !shown.card.contains(event.target)) hide();
});

document.addEventListener("focusout", (event) => { if (shown && event.target === shown.source) hide(); });

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !shown) return;
  event.preventDefault();
  event.stopPropagation();
  hide();
}, true);

document.addEventListener("click", (event) => { if (shown && !shown.card.contains(event.target)) hide(); });
addEventListener("scroll", ({ target }) => { if (shown && !shown.card.contains(target)) place(); }, { passive: true, capture: true });
addEventListener("resize", () => shown && place(), { passive: true });
