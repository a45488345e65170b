// The button that prints the page of a report.
import { onPage } from "./page.js";

onPage("[data-report-print]", (button, signal) => button.addEventListener("click", () => window.print(), { signal }));
