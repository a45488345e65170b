// The life of a page's parts. Links exchange #page without a reload, so a part is set up when it appears and cleaned up when it goes.

const registered = [];
const running = new Map();

/**
 * Call init(element, signal) for every element that matches, now and whenever one appears later.
 * The AbortSignal fires when the element has left the page: give it to addEventListener and fetch.
 */
export function onPage(selector, init) {
  registered.push({ selector, init });
  document.querySelectorAll(selector).forEach((element) => start(element, selector, init));
}

function start(element, selector, init) {
  const inits = running.get(element) ?? new Map();
  if (inits.has(init)) return;
  const controller = new AbortController();
  inits.set(init, controller);
  running.set(element, inits);
  init(element, controller.signal);
}

function sweep() {
  for (const [element, inits] of running) {
    if (element.isConnected) continue;
    inits.forEach((controller) => controller.abort());
    running.delete(element);
  }
  for (const { selector, init } of registered) document.querySelectorAll(selector).forEach((element) => start(element, selector, init));
}

/** After own changes of the page (htmx's are noticed by themselves). */
export const pageChanged = sweep;

document.addEventListener("htmx:afterSettle", sweep);
document.addEventListener("htmx:historyRestore", sweep);
