// Elements without markup in strings, so that names of files can never become HTML.

const SVG = "http://www.w3.org/2000/svg";

/** el("button", {class: "btn", onclick: f}, "text", child, null) */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** An icon of static/icons.svg; decoration only. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Move an accessible bar; it never goes back unless `again` says that a new run began. */
export function setBar(bar, percent, text, { again = false } = {}) {
  const value = Math.max(0, Math.min(100, Math.floor(percent)));
  const shown = again ? value : Math.max(value, Number(bar.getAttribute("aria-valuenow") ?? 0));
  bar.value = shown;
  bar.setAttribute("aria-valuenow", String(shown));
  bar.setAttribute("aria-valuetext", text || `${shown} %`);
}

export function newBar(name) {
  return el("progress", { class: "bar", role: "progressbar", max: "100", value: "0", "aria-label": name, "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": "0", "aria-valuetext": "" });
}

export const typing = (target) => target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** Into the middle of its own scrolling box, without moving the rest of the page where there is one. */
export function reveal(element, box) {
  if (box.scrollHeight > box.clientHeight + 4 && getComputedStyle(box).overflowY !== "visible") {
    const offset = element.getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTop += offset - box.clientHeight / 3;
  } else if (box.offsetParent) element.scrollIntoView({ block: "center" });
}
