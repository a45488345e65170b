// Charts that lead somewhere: one stop of the Tab key each, arrows, Home and End inside; links are followed as all others of the page,
// without a reload (what htmx boosts are links of HTML, not those of SVG).

import { onPage } from "./page.js";

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

onPage("[data-chart] > svg[role=group]", (svg, signal) => {
  const links = [...svg.querySelectorAll("a")];
  const stop = (at) => links.forEach((link, place) => link.setAttribute("tabindex", place === at ? "0" : "-1"));
  stop(0);
  svg.addEventListener("focusin", (event) => stop(Math.max(0, links.indexOf(event.target.closest("a")))), { signal });
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = links.indexOf(document.activeElement);
    const next = event.key === "Home" ? 0 : event.key === "End" ? links.length - 1 : at + (STEPS[event.key] ?? NaN);
    if (at === -1 || !links[next]) return;
    event.preventDefault();
    links[next].focus();
  }, { signal });
  svg.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    follow(svg.parentElement, link.getAttribute("href"));
  }, { signal });
});

function follow(place, href) {
  const link = document.createElement("a");
  link.href = href;
  link.hidden = true;
  place.append(link);
  window.htmx.process(link);
  link.click();
}
