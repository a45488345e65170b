// The admin's own pages: light or dark as everywhere, and a search in the side bar that also finds what is folded away.

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

// django-celery-beat does this in an inline script, which the CSP forbids: say in words when a chosen crontab fires.
const crontabs = document.getElementById("readable-crontabs");
if (crontabs) {
  const words = JSON.parse(crontabs.textContent);
  const choice = document.getElementById("id_crontab");
  const place = document.querySelector(".field-crontab_translation .readonly");
  if (choice && place) choice.addEventListener("change", () => { place.textContent = words[choice.value] ?? "-"; });
}
