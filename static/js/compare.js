// Two documents side by side: from one difference to the next, by buttons and by the keys n and p.

import { gettext, interpolate } from "./i18n.js";
import { onPage } from "./page.js";
import { setText, typing } from "./dom.js";

class Comparison {
  constructor(root, signal) {
    this.root = root;
    this.marks = [...root.querySelectorAll("[data-difference]")];
    this.place = root.dataset.at === "last" ? this.marks.length : -1;
    root.addEventListener("click", ({ target }) => {
      const step = target.closest("[data-compare-step]")?.dataset.compareStep;
      if (step) this.step(Number(step));
    }, { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    root.dataset.ready = "yes";
    if (root.dataset.at === "last") this.step(-1);
  }

  key(event) {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const step = { n: 1, p: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.step(step);
  }

  step(by) {
    const place = this.place + by;
    if (place < 0 || place >= this.marks.length) { this.leave(by); return; }
    this.marks[this.place]?.classList.remove("cmp-now");
    this.place = place;
    const mark = this.marks[place];
    mark.classList.add("cmp-now");
    mark.scrollIntoView({ block: "center" });
    const words = interpolate(gettext("Difference %(n)s of %(all)s"), { n: mark.dataset.difference, all: this.root.dataset.count });
    setText(this.root.querySelector("[data-compare-place]"), words);
  }

  /** Past the end of this part: the part beside it, where there is one. */
  leave(by) {
    const link = this.root.querySelector(by > 0 ? "[data-compare-after]" : "[data-compare-before]");
    if (link) link.click();
    else if (this.marks.length) setText(this.root.querySelector("[data-compare-place]"), by > 0 ? gettext("That was the last difference") : gettext("That was the first difference"));
  }
}

onPage("[data-compare]", (root, signal) => new Comparison(root, signal));
