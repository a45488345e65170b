// Print gives paper: what stands at an address of ours (the PDF itself, or the text as sheets) goes to the printer without leaving the page.

import { el } from "./dom.js";
import { gettext } from "./i18n.js";
import { toast } from "./toasts.js";

/** Print the file or page at this address; where the browser can't show it in a frame it is opened in a window of its own. */
export function print(address) {
  document.querySelector("iframe.print-frame")?.remove();
  if (navigator.pdfViewerEnabled === false && !address.endsWith("/paper/")) { open(address, "_blank", "noopener"); return; }
  const frame = el("iframe", { class: "print-frame", "aria-hidden": "true", tabindex: "-1", title: gettext("To be printed") });
  frame.addEventListener("load", async () => {
    try {
      await Promise.all([...(frame.contentDocument?.images ?? [])].map((image) => image.decode().catch(() => {})));
      frame.contentWindow.focus();
      frame.contentWindow.print();
    } catch {
      open(address, "_blank", "noopener"); // a browser whose viewer keeps its window to itself
    }
  });
  frame.src = address;
  document.body.append(frame);
  toast(gettext("Being made ready for the printer …"));
}
