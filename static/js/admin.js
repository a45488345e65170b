// The admin's own pages: light or dark as everywhere, a search in the side bar that also finds what is folded away, and names for
// what Django's own scripts leave without one.

document.querySelectorAll("[data-theme-toggle]").forEach((button) => {
  button.addEventListener("click", () => globalThis.lexintelTheme.set(document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark"));
});

const filter = document.getElementById("nav-filter");
const folded = document.querySelector("#nav-sidebar details");
if (filter && folded) {
  const asItWas = folded.open;
  filter.addEventListener("input", () => { folded.open = asItWas || filter.value !== ""; });
  if (filter.value) folded.open = true;
}

// A column without a name has no header.
document.querySelectorAll(".tabular thead th:empty").forEach((head) => {
  const cell = document.createElement("td");
  cell.className = head.className;
  head.replaceWith(cell);
});

// A field that completes what is typed is announced by its label; while it is empty it would have no name at all.
function nameChoosers() {
  document.querySelectorAll("select.admin-autocomplete + .select2-container").forEach((box) => {
    const name = box.previousElementSibling.labels[0]?.textContent.replace(/:\s*$/, "") || box.closest("td")?.className.replace(/^field-/, "");
    if (name) box.querySelectorAll("[role=combobox], [role=textbox]").forEach((part) => part.setAttribute("aria-label", name));
  });
}
globalThis.django?.jQuery?.(nameChoosers); // after Django's own script, which waits there too
document.addEventListener("formset:added", () => setTimeout(nameChoosers));

// django-celery-beat does this in an inline script, which the CSP forbids: say in words when a chosen crontab fires.
const crontabs = document.getElementById("readable-crontabs");
if (crontabs) {
  const words = JSON.parse(crontabs.textContent);
  const choice = document.getElementById("id_crontab");
  const place = document.querySelector(".field-crontab_translation .readonly");
  if (choice && place) choice.addEventListener("change", () => { place.textContent = words[choice.value] ?? "-"; });
}
