// Lists by keyboard: j and k move, Enter opens, x selects.

import { typing } from "./dom.js";

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") move(event, event.key === "j" ? 1 : -1);
  else if (event.key === "x") document.querySelector("[data-row].is-current [data-select]")?.click();
  else if (event.key === "Enter" && event.target === document.body) document.querySelector("[data-row].is-current .row-link")?.click();
});

function move(event, step) {
  const all = rows();
  if (!all.length) return;
  event.preventDefault();
  const at = all.findIndex((row) => row.classList.contains("is-current") || row.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, at === -1 ? 0 : at + step))];
  all.forEach((row) => row.classList.toggle("is-current", row === next));
  next.querySelector(".row-link")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
