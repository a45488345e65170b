// Lists and boards of tasks: rows follow their own task's events, and what no event tells (new tasks, workers) is asked for again.

import { onPage } from "./page.js";
import { progress } from "./progress.js";
import { refresh } from "./live.js";

onPage("[data-task-topic]", (element, signal) => progress.subscribe(element.dataset.taskTopic, signal));

onPage("[data-poll]", (element, signal) => {
  const timer = setInterval(() => refresh(0), Number(element.dataset.poll) * 1000);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
});
