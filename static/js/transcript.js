// The words of a recording: they follow the sound, a click leads to a word's moment, and who may corrects them where they stand.

import { el } from "./dom.js";
import { gettext, interpolate, ngettext } from "./i18n.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { progress } from "./progress.js";
import { announce, toast } from "./toasts.js";

const UNSURE = 0.5;
const SPOKEN = globalThis.Highlight && CSS.highlights ? new Highlight() : null;
if (SPOKEN) CSS.highlights.set("spoken", SPOKEN);

/** What the player needs of the transcript on its page; all of it does nothing where there is none. */
export function openTranscript(page, { player, seek, signal }) {
  const root = () => page.querySelector("[data-transcript]");
  let now = null;
  let known = { part: null, segments: [], starts: [] };

  /** The segments in the order of time, read anew when the part was exchanged. */
  function segments() {
    const part = root()?.querySelector(".speeches");
    if (part !== known.part || !known.segments[0]?.isConnected) {
      const found = part ? [...part.querySelectorAll("[data-segment]")] : [];
      known = { part, segments: found, starts: found.map((segment) => Number(segment.dataset.start)) };
    }
    return known;
  }

  function at(seconds) {
    const { segments: found, starts } = segments();
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= seconds + 0.05) low = middle + 1; else high = middle;
    }
    return found[low - 1] ?? null;
  }

  const pressed = (what) => page.querySelector(`[data-${what}]`)?.getAttribute("aria-pressed") === "true";

  function become(segment) {
    if (segment === now && segment?.classList.contains("is-now")) return;
    now?.classList.remove("is-now");
    now = segment;
    now?.classList.add("is-now");
    if (now && pressed("follow") && !player.paused) into(now);
  }

  function into(segment) {
    const box = segment.getBoundingClientRect();
    const top = page.querySelector(".player")?.getBoundingClientRect().bottom ?? 0;
    if (box.top < top + 24 || box.bottom > innerHeight - 48) {
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      scrollBy({ top: box.top - top - (innerHeight - top) / 3, behavior: calm ? "auto" : "smooth" });
    }
  }

  function follow(seconds) {
    if (now && pressed("loop") && !player.paused && seconds > Number(now.dataset.end) + 0.2) { seek(Number(now.dataset.start)); return; }
    become(at(seconds + 0.25));
    drawWord(seconds);
  }

  /** The word that is being said, where the browser can paint one without changing the page. */
  function drawWord(seconds) {
    SPOKEN?.clear();
    if (!SPOKEN || !now || now.tagName === "DETAILS") return;
    const since = 100 * (seconds - Number(now.dataset.start)) + 5;
    const times = timesOf(now);
    const place = times.findLastIndex((time) => time <= since);
    const range = place >= 0 && wordRange(now, place);
    if (range) SPOKEN.add(range);
  }

  function show(seconds) {
    become(at(seconds + 0.05));
    if (now) into(now);
  }

  function step(by) {
    const { segments: found } = segments();
    const next = found[Math.max(0, found.indexOf(now) + by)];
    if (!next) return false;
    become(next);
    into(next);
    seek(Number(next.dataset.start), { play: !player.paused });
    return true;
  }

  page.addEventListener("click", (event) => {
    const segment = event.target.closest(".segment");
    if (event.target.closest("[data-edit]")) edit();
    else if (event.target.closest("[data-who]")) who();
    else if (event.target.closest("[data-propose]")) propose();
    else if (segment && !event.target.closest("summary, [data-seek], textarea, button") && getSelection().isCollapsed) {
      seek(timeUnder(segment, event), { play: !player.paused });
      become(segment);
    }
  }, { signal });
  page.addEventListener("dblclick", (event) => { if (root()?.hasAttribute("data-editable")) edit(event.target.closest("[data-segment]")); }, { signal });

  function edit(chosen) {
    const segment = chosen ?? now ?? segments().segments[0];
    if (!segment || !root().hasAttribute("data-editable") || segment.hidden) return;
    getSelection().removeAllRanges();
    player.pause();
    const before = textOf(segment);
    const field = el("textarea", { class: "form-control", rows: Math.max(2, Math.ceil(before.length / 70)), maxlength: 5000, "aria-label": gettext("Words of this sentence") });
    field.value = before;
    const history = el("div", { class: "segment-history quiet" });
    const box = el("div", { class: "segment-editor" }, field,
      el("div", { class: "segment-acts" },
        el("button", { type: "button", class: "btn btn-primary btn-sm", onclick: () => save() }, gettext("Save")),
        el("button", { type: "button", class: "btn btn-quiet btn-sm", onclick: () => close() }, gettext("Cancel")),
        el("button", { type: "button", class: "btn btn-quiet btn-sm", onclick: () => listen() }, gettext("Listen")),
        segment.classList.contains("segment-edited") ? el("button", { type: "button", class: "btn btn-quiet btn-sm", onclick: () => past() }, gettext("History")) : null),
      history);
    segment.hidden = true;
    segment.after(box);
    field.focus();
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); save(); }
      if (event.key === "Escape") { event.stopPropagation(); close(); }
    });
    const url = `${root().dataset.transcript}segments/${segment.dataset.segment}/`;
    const listen = () => { seek(Number(segment.dataset.start)); };
    const close = () => { box.remove(); segment.hidden = false; };

    async function save() {
      if (field.value.trim() === before && segment.tagName !== "DETAILS") { close(); return; }
      try {
        const saved = await api("PATCH", url, { json: { text: field.value } });
        box.remove();
        const fresh = drawn(saved);
        segment.replaceWith(fresh);
        known.part = null;
        become(fresh);
        announce(gettext("Saved."));
      } catch (error) {
        toast(error.message, { error: true });
      }
    }

    async function past() {
      try {
        const edits = await api("GET", `${url}edits/`);
        history.replaceChildren(...edits.map((one) => el("p", {}, `${one.user ?? ""}, ${new Date(one.created).toLocaleString()}: `, el("q", {}, one.before), " ",
          el("button", { type: "button", class: "btn btn-quiet btn-sm", onclick: () => { field.value = one.before; field.focus(); } }, gettext("Take these words")))));
      } catch (error) {
        toast(error.message, { error: true });
      }
    }
  }

  /** Who speaks: in the sentences that are selected, else in the paragraph of the present one; or, by name, wherever the voice is. */
  function who() {
    const dialog = page.querySelector("[data-speaker-dialog]");
    const chosen = selected() ?? paragraphOf(now ?? segments().segments[0]);
    if (!dialog || !chosen.length) return;
    const known = chosen[0].closest(".speech")?.querySelector(".speech-who")?.textContent ?? "";
    const form = dialog.querySelector("form");
    form.elements.name.value = /^Speaker \d+$/.test(known) ? "" : known;
    dialog.querySelector("[data-speaker-scope]").hidden = !known;
    dialog.querySelector("[data-speaker-what]").textContent = interpolate(ngettext("%(n)s sentence, beginning “%(words)s”", "%(n)s sentences, beginning “%(words)s”", chosen.length), { n: chosen.length, words: textOf(chosen[0]).slice(0, 60) });
    dialog.addEventListener("close", async () => {
      if (dialog.returnValue !== "save") return;
      const name = form.elements.name.value;
      try {
        const url = `${root().dataset.transcript}speakers/`;
        if (known && form.elements.scope.value === "all") {
          const speaker = (await api("GET", url)).find((one) => one.shown === known);
          await api("PATCH", `${url}${speaker.number}/`, { json: { name } });
        } else {
          await api("POST", url, { json: { segments: chosen.map((segment) => Number(segment.dataset.segment)), name } });
        }
        refresh(0);
      } catch (error) {
        toast(error.message, { error: true });
      }
    }, { once: true, signal });
    dialog.returnValue = "";
    dialog.showModal();
    form.elements.name.select();
  }

  /** Have a machine say who speaks; the page follows the task. */
  function propose() {
    const dialog = page.querySelector("[data-propose-dialog]");
    const count = dialog.querySelector("[name=count]");
    dialog.addEventListener("close", async () => {
      if (dialog.returnValue !== "save") return;
      try {
        const { task_id: task } = await api("POST", `${root().dataset.transcript}speakers/propose/`, { json: { count: count.value ? Number(count.value) : null } });
        progress.subscribe(`task:${task}`, signal);
        refresh(0);
      } catch (error) {
        toast(error.message, { error: true });
      }
    }, { once: true, signal });
    dialog.returnValue = "";
    dialog.showModal();
    count.focus();
  }

  function selected() {
    const selection = getSelection();
    if (selection.isCollapsed || !root()?.contains(selection.anchorNode)) return null;
    const range = selection.getRangeAt(0);
    const found = segments().segments.filter((segment) => range.intersectsNode(segment));
    return found.length ? found : null;
  }

  return { follow, show, step, edit: (segment) => { if (root()) edit(segment); }, toggled: () => { if (now && pressed("follow")) into(now); } };
}

const paragraphOf = (segment) => (segment ? [...segment.closest(".speech").querySelectorAll("[data-segment]")] : []);
const wordsIn = (segment) => (segment.tagName === "DETAILS" ? segment.querySelector("summary + span") : segment);
const textOf = (segment) => wordsIn(segment).textContent.trim().replace(/\s+/g, " ");
const timesOf = (segment) => (segment.dataset.words ? segment.dataset.words.split(",").map(Number) : []);

/** The seconds of the word that was clicked; where the browser cannot tell which, of the sentence. */
function timeUnder(segment, event) {
  const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const [node, offset] = caret ? [caret.offsetNode, caret.offset] : fallbackCaret(event);
  const start = Number(segment.dataset.start);
  if (!node || !segment.contains(node)) return start;
  const before = document.createRange();
  before.setStart(wordsIn(segment), 0);
  before.setEnd(node, offset);
  const place = before.toString().replace(/\S+$/, "").split(/\s+/).filter(Boolean).length;
  return start + (timesOf(segment)[place] ?? 0) / 100;
}

function fallbackCaret(event) {
  const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
  return range ? [range.startContainer, range.startOffset] : [null, 0];
}

/** The place of the nth word of a segment, across the elements inside it. */
function wordRange(segment, wanted) {
  const walker = document.createTreeWalker(wordsIn(segment), NodeFilter.SHOW_TEXT);
  let place = 0;
  let open = null;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const match of node.data.matchAll(/\S+/g)) {
      const joined = open && match.index === 0;
      if (!joined && place++ === wanted) {
        const range = document.createRange();
        range.setStart(node, match.index);
        range.setEnd(node, match.index + match[0].length);
        return range;
      }
    }
    open = /\S$/.test(node.data);
  }
  return null;
}

/** A segment as the server draws it. */
function drawn(saved) {
  const start = saved.start_s;
  const words = saved.words.flatMap((word) => [word.confidence < UNSURE
    ? el("span", { class: "unsure", tabindex: "0", role: "button", "data-seek": word.start_s }, word.text)
    : word.text, " "]).slice(0, -1);
  return el("span", {
    class: `segment${saved.edited ? " segment-edited" : ""}`, title: saved.edited ? gettext("Corrected by a person") : null, "data-segment": saved.id, "data-start": start, "data-end": saved.end_s,
    "data-words": saved.words.map((word) => Math.round(100 * (word.start_s - start))).join(","),
  }, ...words);
}
