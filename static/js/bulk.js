// One deed for many documents: picked ones, or all that fit the filter. The server does it at once or by a task, whose end is told.

import { ask } from "./asking.js";
import { reread } from "./batches.js";
import { scrub, stamp } from "./copies.js";
import { bytes, gettext, interpolate, ngettext } from "./i18n.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { progress, TERMINAL } from "./progress.js";
import { reviewTable } from "./review-make.js";
import { confirmed } from "./shell.js";
import { toast } from "./toasts.js";
import { doneWords } from "./verbs.js";

const MOST_CASES = 500;
const names = (text) => text.split(",").map((name) => name.trim()).filter(Boolean);
const count = (selection) => selection.documents?.length ?? selection.count;

/** Ask what has to be asked, and do it; true where it was done or begun. `selection`: {case, documents} or {case, filter, count}. */
export async function act(verb, selection) {
  if (verb === "reprocess") return reread(selection);
  if (verb === "scrub") return scrub(selection);
  if (verb === "bates") return stamp(selection, document.querySelector("[data-bates-dialog]"));
  if (verb === "download") return download(selection);
  if (verb === "review") return reviewTable(selection);
  const more = await wanted(verb, selection);
  return more !== null && send(verb, selection, more);
}

/** What the verb needs beside the documents; null where the person thinks better of it. */
async function wanted(verb, selection) {
  if (verb === "tag" || verb === "untag") {
    const title = verb === "tag" ? gettext("Tag the selected documents") : gettext("Remove tags from the selected documents");
    const given = await ask({ title, doIt: verb === "tag" ? gettext("Tag") : gettext("Remove"), fields: [{ name: "tags", label: gettext("Tags, separated by commas"), list: "tags-of-case", required: true }] });
    return given && { tags: names(given.tags) };
  }
  if (verb === "kind") {
    const options = [...document.querySelectorAll("#kinds-of-documents option")].map((option) => [option.value, option.textContent]);
    return ask({ title: gettext("What are the selected documents?"), doIt: gettext("Set the kind"), fields: [{ name: "kind", label: gettext("Kind"), type: "select", options }] });
  }
  if (verb === "move") return target(selection);
  if (verb === "delete") return (await sure(count(selection))) ? {} : null;
  return {};
}

const sure = (n) => confirmed(interpolate(ngettext("Delete this document? Its text leaves the search at once.", "Delete these %(n)s documents? Their text leaves the search at once.", n), { n }), gettext("Delete"));

async function target(selection) {
  let options;
  try { options = await otherCases(selection.case); } catch (error) { toast(error.message, { error: true }); return null; }
  if (!options.length) { toast(gettext("There is no other case of which you are an editor."), { error: true }); return null; }
  const n = count(selection);
  const say = gettext("What is inside them goes along, with all that was read. People of this case will not see them any more.");
  return ask({ title: interpolate(ngettext("Move %(n)s document to another case", "Move %(n)s documents to another case", n), { n }), say, doIt: gettext("Move"), fields: [{ name: "to", label: gettext("Case"), type: "select", options, required: true }] });
}

async function otherCases(own) {
  const found = [];
  for (let url = "/api/cases/?ordering=title"; url && found.length < MOST_CASES;) {
    const page = await api("GET", url);
    found.push(...page.results.filter((one) => one.id !== own && one.role !== "viewer").map((one) => [one.id, one.title]));
    url = page.next && new URL(page.next).pathname + new URL(page.next).search;
  }
  return found;
}

async function send(verb, selection, more) {
  let outcome;
  try {
    outcome = await api("POST", "/api/documents/bulk/", { json: { ...selection, verb, ...more } });
  } catch (error) {
    if (error.code === "number_changed") return again(verb, selection, more, error);
    toast(error.message, { error: true });
    return false;
  }
  tell(verb, selection, outcome);
  refresh(0);
  return true;
}

/** Another number fits than was seen: it is asked for with the number of now. */
async function again(verb, selection, more, error) {
  const now = error.body.count;
  const question = interpolate(gettext("%(now)s documents fit this filter by now; you saw %(seen)s. Go on with %(now)s?"), { now, seen: selection.count });
  return (await confirmed(question, gettext("Go on"))) && send(verb, { ...selection, count: now }, more);
}

function tell(verb, selection, outcome) {
  const undo = verb === "delete" && { act: gettext("Undo"), onact: () => send("restore", undoing(selection, outcome), {}) };
  const changed = outcome.changed ? ` ${gettext("Their number has changed since the list was shown.")}` : "";
  if (outcome.task_id) { toast(begun(verb, outcome.count) + changed, undo || undefined); follow(outcome.task_id); return; }
  if (outcome.count) toast(doneWords(verb, outcome.count) + changed, undo || undefined);
  complain(outcome.refused, outcome.refused.length);
}

const undoing = (selection, { task_id: task, documents }) => ({ case: selection.case, ...(task ? { task } : { documents }) });

function begun(verb, n) {
  const words = {
    delete: ngettext("%(n)s document is being deleted.", "%(n)s documents are being deleted.", n),
    move: ngettext("%(n)s document is being moved.", "%(n)s documents are being moved.", n),
    restore: ngettext("%(n)s document is being taken back.", "%(n)s documents are being taken back.", n),
  };
  return interpolate(words[verb] ?? ngettext("It is being done to %(n)s document.", "It is being done to %(n)s documents.", n), { n });
}

function complain(refused, n) {
  if (n) toast(interpolate(ngettext("%(n)s could not be done: %(title)s: %(why)s", "%(n)s could not be done. The first: %(title)s: %(why)s", n), { n, title: refused[0].title, why: refused[0].reason }), { error: true });
}

/** At the end of a task say what could not be done, and of a move how many were. */
function follow(task) {
  const controller = new AbortController();
  const topic = `task:${task}`;
  const heard = async ({ detail }) => {
    if (detail.topic !== topic || !TERMINAL.has(detail.status)) return;
    controller.abort();
    refresh(0);
    try {
      const { result, error } = await api("GET", `/api/tasks/${task}/`);
      if (detail.status === "failed") toast(error || gettext("It could not be done."), { error: true });
      if (!result) return;
      if (result.verb === "move" && result.count) toast(doneWords("move", result.count));
      complain(result.refused ?? [], result.refused_count ?? 0);
    } catch (refusal) { console.debug("the end of a task is not known", refusal.message); }
  };
  document.addEventListener("lexintel:progress", heard, { signal: controller.signal });
  progress.subscribe(topic, controller.signal);
}

async function download(selection) {
  try {
    const size = await api("POST", "/api/documents/download/", { json: { ...selection, preview: true } });
    if (size.bytes > size.most) {
      toast(interpolate(gettext("These files come to %(size)s; at most %(most)s go into one ZIP. Please choose fewer."), { size: bytes(size.bytes), most: bytes(size.most) }), { error: true });
      return false;
    }
    const say = gettext("The originals, with a list of what is known of them. Only you can download it, for a limited time.");
    const title = interpolate(ngettext("%(n)s document, %(size)s, as one ZIP", "%(n)s documents, %(size)s, as one ZIP", size.count), { n: size.count, size: bytes(size.bytes) });
    if (!(await ask({ title, say, doIt: gettext("Make the ZIP") }))) return false;
    await api("POST", "/api/documents/download/", { json: selection });
    toast(gettext("The ZIP is being made. It is offered above the list."));
  } catch (error) {
    toast(error.message, { error: true });
    return false;
  }
  refresh(0);
  return true;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-cancel-task], [data-discard]");
  if (!button) return;
  button.disabled = true;
  const { cancelTask, discard } = button.dataset;
  try {
    if (cancelTask) await api("POST", `/api/tasks/${cancelTask}/cancel`);
    else await api("DELETE", `/api/downloads/${discard}/`);
  } catch (error) { toast(error.message, { error: true }); }
  button.disabled = false;
  refresh(0);
});
