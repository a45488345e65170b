// The player of a recording: the picture follows the sound and leads to any moment of it; #t=845 is a link to one.

import { typing } from "./dom.js";
import { onPage } from "./page.js";

const EARLY_S = 0.25;
const STEP_S = 5;

onPage("[data-listening]", (page, signal) => {
  const player = page.querySelector("[data-player]");
  const length = () => (Number.isFinite(player.duration) && player.duration) || Number(page.dataset.duration);

  const seek = (seconds, { play = true } = {}) => {
    player.currentTime = Math.max(0, seconds - EARLY_S);
    if (play) player.play().catch(() => { /* a browser that wants a click first */ });
  };
  const draw = () => {
    const line = page.querySelector("[data-now]");
    const x = length() ? (1000 * player.currentTime) / length() : 0;
    line?.setAttribute("x1", x);
    line?.setAttribute("x2", x);
  };
  const fromAddress = () => {
    const moment = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
    if (moment) seek(Number(moment[1]), { play: false });
  };

  player.addEventListener("timeupdate", draw, { signal });
  player.addEventListener("seeked", draw, { signal });
  player.addEventListener("loadedmetadata", fromAddress, { signal });
  player.addEventListener("error", () => { page.querySelector("[data-unplayable]").hidden = false; player.hidden = true; }, { signal });
  addEventListener("hashchange", fromAddress, { signal });

  page.addEventListener("click", (event) => {
    const link = event.target.closest("[data-seek]");
    const wave = event.target.closest("[data-wave]");
    if (link) {
      event.preventDefault();
      history.replaceState(history.state, "", link.getAttribute("href"));
      seek(Number(link.dataset.seek));
    } else if (wave && length()) {
      const box = wave.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * length() + EARLY_S);
    }
  }, { signal });

  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("button, a, audio") || document.querySelector("dialog[open]")) return;
    if (event.key === " ") { event.preventDefault(); if (player.paused) player.play(); else player.pause(); }
    if (event.key === "ArrowRight") player.currentTime += STEP_S;
    if (event.key === "ArrowLeft") player.currentTime = Math.max(0, player.currentTime - STEP_S);
  }, { signal });
});
