// Lists by keyboard: j and k move (with shift they select on the way), Enter opens, x selects.

import { typing } from "./dom.js";

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") move(event, key === "j" ? 1 : -1);
  else if (event.key === "x") document.querySelector("[data-row].is-current [data-select]")?.click();
  else if (event.key === "Enter" && event.target === document.body) document.querySelector("[data-row].is-current .row-link")?.click();
});

function move(event, step) {
  const all = rows();
  if (!all.length) return;
  event.preventDefault();
  const at = all.findIndex((row) => row.classList.contains("is-current") || row.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, at === -1 ? 0 : at + step))];
  if (event.shiftKey) [all[at], next].forEach((row) => select(row));
  all.forEach((row) => row.classList.toggle("is-current", row === next));
  next.querySelector(".row-link")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function select(row) {
  const box = row?.querySelector("[data-select]");
  if (box && !box.checked) box.click();
}
