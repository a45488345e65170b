// The player of a recording: the picture and the words follow the sound and lead to any moment of it; #t=845 is a link to one.

import { typing } from "./dom.js";
import { clock } from "./i18n.js";
import { openLabels } from "./labels.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { onPage } from "./page.js";
import { toast } from "./toasts.js";
import { openTranscript } from "./transcript.js";

const EARLY_S = 0.25;
const STEP_S = 5;
const SPEED = "lexintel.speed";

onPage("[data-listening]", (page, signal) => {
  const player = page.querySelector("[data-player]");
  const length = () => (Number.isFinite(player.duration) && player.duration) || Number(page.dataset.duration);
  const seek = (seconds, { play = true } = {}) => {
    player.currentTime = Math.max(0, seconds - EARLY_S);
    if (play) player.play().catch(() => { /* a browser that wants a click first */ });
  };
  const words = openTranscript(page, { player, seek, signal });

  const draw = () => {
    const line = page.querySelector("[data-now]");
    const x = length() ? (1000 * player.currentTime) / length() : 0;
    line?.setAttribute("x1", x);
    line?.setAttribute("x2", x);
    const at = page.querySelector("[data-note-at]");
    if (at && document.activeElement?.id !== "note-text") { at.value = clock(player.currentTime); at.dataset.at = player.currentTime.toFixed(2); }
    words.follow(player.currentTime);
  };
  const fromAddress = () => {
    const moment = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
    if (!moment) return;
    seek(Number(moment[1]), { play: false });
    words.show(Number(moment[1]));
  };

  player.addEventListener("timeupdate", draw, { signal });
  player.addEventListener("seeked", draw, { signal });
  player.addEventListener("loadedmetadata", fromAddress, { signal });
  player.addEventListener("error", () => { page.querySelector("[data-unplayable]").hidden = false; player.hidden = true; }, { signal });
  addEventListener("hashchange", fromAddress, { signal });
  if (player.readyState > 0) fromAddress();
  draw();

  const speed = page.querySelector("[data-speed]");
  const setSpeed = (value) => { player.defaultPlaybackRate = player.playbackRate = Number(value); };
  if ([...speed.options].some((option) => option.value === sessionStorage.getItem(SPEED))) { speed.value = sessionStorage.getItem(SPEED); setSpeed(speed.value); }
  speed.addEventListener("change", () => { sessionStorage.setItem(SPEED, speed.value); setSpeed(speed.value); }, { signal });

  page.addEventListener("click", (event) => {
    const link = event.target.closest("[data-seek]");
    const wave = event.target.closest("[data-wave]");
    const toggle = event.target.closest("[data-loop], [data-follow]");
    const note = event.target.closest("[data-note-drop]");
    if (link) {
      event.preventDefault();
      history.replaceState(history.state, "", `#t=${Number(link.dataset.seek).toFixed(2)}`);
      seek(Number(link.dataset.seek));
    } else if (wave && length()) {
      const box = wave.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * length() + EARLY_S);
    } else if (toggle) {
      toggle.setAttribute("aria-pressed", String(toggle.getAttribute("aria-pressed") !== "true"));
      words.toggled();
    } else if (note) {
      send("DELETE", `${page.querySelector("[data-notes]").dataset.notes}${note.dataset.noteDrop}/`);
    }
  }, { signal });

  page.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-note-form]")) return;
    event.preventDefault();
    const at = Number(event.target.querySelector("[data-note-at]").dataset.at ?? 0);
    await send("POST", page.querySelector("[data-notes]").dataset.notes, { at_s: at, text: event.target.elements.text.value });
  }, { signal });

  openLabels(page, { player, send, signal });

  async function send(method, url, json) {
    try {
      await api(method, url, { json, signal });
      refresh(0);
    } catch (error) {
      if (error.name !== "AbortError") toast(error.message, { error: true });
    }
  }

  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const word = event.target.closest?.(".unsure");
    if (word && event.key === "Enter") { seek(Number(word.dataset.seek)); return; }
    if (!word && event.target.closest?.("button, a, audio, summary")) return;
    if (event.key === " ") { event.preventDefault(); if (player.paused) player.play(); else player.pause(); }
    if (event.key === "ArrowRight") player.currentTime += STEP_S;
    if (event.key === "ArrowLeft") player.currentTime = Math.max(0, player.currentTime - STEP_S);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { if (words.step(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault(); }
    if (event.key === "e") { event.preventDefault(); words.edit(word?.closest("[data-segment]")); }
  }, { signal });
});
