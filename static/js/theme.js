// Set before the first paint (a small blocking file, since the CSP forbids inline scripts): the theme kept by the toggle,
// or the system's. Bootstrap reads data-bs-theme; our own tokens follow color-scheme.
(() => {
  const kept = () => { try { return localStorage.getItem("lexintel-theme"); } catch { return null; } };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => { document.documentElement.dataset.bsTheme = kept() || (system.matches ? "dark" : "light"); };
  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  globalThis.lexintelTheme = { apply, set(value) { try { localStorage.setItem("lexintel-theme", value); } catch { /* private window */ } document.documentElement.dataset.bsTheme = value; } };
})();
