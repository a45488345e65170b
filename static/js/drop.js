// Files from anywhere: dropped on the page (folders too), picked, pasted. What cannot work is refused here, before a byte travels.

import { el } from "./dom.js";
import { bytes, gettext, interpolate } from "./i18n.js";
import { onPage } from "./page.js";
import { toast } from "./toasts.js";
import { tray } from "./tray.js";
import { typing } from "./dom.js";

// What can be read, and the endings that this server does not take, as it says; any other file is taken.
const formats = () => document.body.dataset.formats;
const forbidden = () => new Set(document.body.dataset.refused.split(" "));
const JUNK = /^(\.DS_Store|Thumbs\.db|desktop\.ini|\._.*)$/i;
const here = () => document.querySelector("[data-case][data-can-upload='yes']");

/** Why this file cannot be taken, or "". */
export function whyNot(file) {
  const limit = Number(document.body.dataset.maxUploadMb);
  const extension = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
  if (file.size === 0) return gettext("This file is empty: it has 0 bytes.");
  if (file.size > limit * 1024 * 1024) return interpolate(gettext("This file has %(size)s; the limit is %(limit)s MB."), { size: bytes(file.size), limit });
  if (extension && forbidden().has(extension)) return interpolate(gettext("Files of this kind (.%(extension)s) are not taken on this server."), { extension });
  return "";
}

function take(files) {
  const place = here();
  const wanted = files.filter((file) => !JUNK.test(file.name));
  if (!place || !wanted.length) return;
  tray.add(wanted.map((file) => ({ file, refused: whyNot(file) })), { id: place.dataset.case, title: place.dataset.caseTitle });
}

onPage("[data-pick-files]", (button, signal) => button.addEventListener("click", () => pick({}), { signal }));
onPage("[data-pick-folder]", (button, signal) => button.addEventListener("click", () => pick({ webkitdirectory: true }), { signal }));

function pick(attributes) {
  const input = el("input", { type: "file", multiple: true, hidden: true, ...attributes, onchange: () => { take([...input.files]); input.remove(); }, oncancel: () => input.remove() });
  document.body.append(input);
  input.click();
}

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
let depth = 0;

addEventListener("dragenter", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  depth += 1;
  if (depth === 1) showVeil();
});
addEventListener("dragover", (event) => { if (carriesFiles(event)) { event.preventDefault(); event.dataTransfer.dropEffect = here() ? "copy" : "none"; } });
addEventListener("dragleave", (event) => { if (carriesFiles(event)) { depth = Math.max(0, depth - 1); if (!depth) hideVeil(); } });
addEventListener("drop", async (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  depth = 0;
  hideVeil();
  if (!here()) {
    toast(document.querySelector("[data-case]") ? gettext("You may read this case, but not add to it.") : gettext("Open a case first, then drop the files into it."), { error: true });
    return;
  }
  take(await filesOf(event.dataTransfer));
});

function showVeil() {
  const place = here();
  const veil = document.getElementById("drop-veil");
  veil.querySelector("strong").textContent = place ? interpolate(gettext("Drop to add to “%(title)s”"), { title: place.dataset.caseTitle }) : gettext("Open a case first");
  veil.querySelector("span").textContent = place ? interpolate(gettext("%(formats)s are read, any other file is kept. Up to %(limit)s MB each. Folders too."), { formats: formats(), limit: document.body.dataset.maxUploadMb }) : gettext("Files always belong to a case.");
  veil.hidden = false;
}

function hideVeil() { document.getElementById("drop-veil").hidden = true; }

// The entries must be taken before the first await: the browser empties the list after the event.
async function filesOf(transfer) {
  const entries = [...transfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = [];
  for (const entry of entries) await gather(entry, found);
  return found;
}

async function gather(entry, found) {
  if (!entry) return;
  if (entry instanceof File) { found.push(entry); return; }
  if (entry.isFile) { found.push(await new Promise((resolve, reject) => entry.file(resolve, reject))); return; }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const inner of some) await gather(inner, found);
  }
}

addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || !here() || typing(event.target)) return;
  event.preventDefault();
  take(files);
});

addEventListener("keydown", (event) => {
  if (event.key !== "u" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  document.querySelector("[data-pick-files]")?.click();
});
