// What this browser remembers for the person who is signed in: how a page was looked at, never what it says. What is being typed is
// kept by this tab alone, until it is sent or the tab is closed.

const named = (name) => `lexintel.${document.body.dataset.user ?? ""}.${name}`;

/** The string that was remembered, or null. */
export function recall(name) {
  try { return localStorage.getItem(named(name)); } catch { return null; } // a browser that keeps nothing
}

/** Remember a string; null forgets. */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(named(name)); else localStorage.setItem(named(name), value);
  } catch { /* a browser that keeps nothing, or is full: the page works all the same */ }
}

/** What was being typed in this tab, or "". */
export function draft(name) {
  try { return sessionStorage.getItem(named(name)) ?? ""; } catch { return ""; }
}

/** Keep what is being typed in this tab; "" forgets. */
export function keepDraft(name, value) {
  try {
    if (value) sessionStorage.setItem(named(name), value); else sessionStorage.removeItem(named(name));
  } catch { /* a browser that keeps nothing, or is full */ }
}
