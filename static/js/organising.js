// Tags on a document and of a case, and filters that are kept by a name.

import { ask } from "./asking.js";
import { gettext, interpolate } from "./i18n.js";
import { refresh } from "./live.js";
import { api } from "./net.js";
import { confirmed } from "./shell.js";
import { toast } from "./toasts.js";

const caseId = () => document.querySelector("[data-case]").dataset.case;
const names = (text) => text.split(",").map((name) => name.trim()).filter(Boolean);

/** Do it, say so, show it; true where it went well. */
async function done(method, url, json, said) {
  try { await api(method, url, { json }); } catch (error) { toast(error.message, { error: true }); return false; }
  if (said) toast(said);
  refresh(0);
  return true;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  const { tagRemove, tagRow, editFilter } = button.dataset;
  if (tagRemove !== undefined) done("POST", `/api/documents/${button.closest("[data-tags-of]").dataset.tagsOf}/tags/`, { remove: [tagRemove] });
  else if (tagRow) tagsOfRow(button, tagRow);
  else if ("manageTags" in button.dataset) manage(button);
  else if ("saveFilter" in button.dataset) saveFilter("mayShare" in button.dataset);
  else if (editFilter) changeFilter(button.dataset);
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("form[data-tag-add]");
  if (!form) return;
  event.preventDefault();
  const field = form.elements.tag;
  const add = names(field.value);
  if (add.length && await done("POST", `/api/documents/${form.closest("[data-tags-of]").dataset.tagsOf}/tags/`, { add })) field.value = "";
});

async function tagsOfRow(button, id) {
  const had = [...button.parentElement.querySelectorAll("a.tag")].map((tag) => tag.textContent);
  const given = await ask({ title: button.getAttribute("aria-label"), doIt: gettext("Save"), fields: [{ name: "tags", label: gettext("Tags, separated by commas"), value: had.join(", "), list: "tags-of-case" }] });
  if (!given) return;
  const wanted = names(given.tags);
  const add = wanted.filter((name) => !had.includes(name));
  const remove = had.filter((name) => !wanted.includes(name));
  if (add.length || remove.length) done("POST", `/api/documents/${id}/tags/`, { add, remove });
}

async function manage(button) {
  button.closest("details").open = false;
  let tags;
  try { tags = await allTags(); } catch (error) { toast(error.message, { error: true }); return; }
  const options = tags.map((tag) => [String(tag.id), `${tag.name} (${tag.count})`]);
  const given = await ask({
    title: gettext("Rename, merge or delete a tag"), doIt: gettext("Go on"),
    fields: [
      { name: "tag", label: gettext("Tag"), type: "select", options },
      { name: "name", label: gettext("New name"), list: "tags-of-case", hint: gettext("The name of another tag merges the two. Empty: the tag is deleted.") },
    ],
  });
  if (!given) return;
  const tag = tags.find((one) => String(one.id) === given.tag);
  const other = tags.find((one) => one.id !== tag.id && one.name.toLowerCase() === given.name.toLowerCase());
  const told = { name: tag.name, other: other?.name, n: tag.count };
  if (!given.name) {
    if (await confirmed(interpolate(gettext("Delete the tag “%(name)s”? It is taken off %(n)s documents."), told), gettext("Delete"))) done("DELETE", `/api/tags/${tag.id}/`, undefined, gettext("The tag is deleted."));
  } else if (other) {
    if (await confirmed(interpolate(gettext("Merge “%(name)s” with “%(other)s”? This cannot be undone."), told), gettext("Merge"))) done("POST", `/api/tags/${tag.id}/merge/`, { into: other.id }, gettext("The tags are merged."));
  } else done("PATCH", `/api/tags/${tag.id}/`, { name: given.name }, gettext("The tag is renamed."));
}

async function allTags() {
  const found = [];
  for (let url = `/api/tags/?case=${caseId()}`; url;) {
    const page = await api("GET", url);
    found.push(...page.results);
    url = page.next && new URL(page.next).pathname + new URL(page.next).search;
  }
  return found;
}

async function saveFilter(mayShare) {
  const fields = [{ name: "name", label: gettext("Name"), required: true }];
  if (mayShare) fields.push({ name: "shared", label: gettext("For everybody in this case"), type: "checkbox" });
  const given = await ask({ title: gettext("Save this filter"), doIt: gettext("Save"), fields });
  const filter = JSON.parse(document.getElementById("list-filter").textContent);
  if (given) done("POST", "/api/filters/", { case: caseId(), filter, ...given }, gettext("The filter is saved."));
}

async function changeFilter({ editFilter, name, shared }) {
  const given = await ask({
    title: name, doIt: gettext("Save"),
    fields: [
      { name: "name", label: gettext("Name (empty: the filter is deleted)"), value: name },
      { name: "shared", label: gettext("For everybody in this case"), type: "checkbox", value: shared !== undefined },
    ],
  });
  if (!given) return;
  if (!given.name) done("DELETE", `/api/filters/${editFilter}/`, undefined, gettext("The filter is deleted."));
  else done("PATCH", `/api/filters/${editFilter}/`, given, gettext("The filter is changed."));
}
