// A review table of selected documents: a new one, or more rows for one that is there.

import { ask } from "./asking.js";
import { gettext } from "./i18n.js";
import { api } from "./net.js";
import { toast } from "./toasts.js";

/** Ask for the table, make it, begin to fill it and go there; true where that was done. `selection`: {case, documents} or {case, filter, count}. */
export async function reviewTable(selection) {
  try {
    const { results } = await api("GET", `/api/review-tables/?case=${selection.case}`);
    const table = await chosen(results);
    if (table === null) return false;
    const given = table ? { id: table } : await described();
    if (given === null) return false;
    await go(given.id ? await more(given.id, selection) : await made(given, selection));
    return true;
  } catch (error) {
    toast(error.message, { error: true });
    return false;
  }
}

/** The id of a table of the case, "" for a new one, null where the person thinks better of it. */
async function chosen(tables) {
  if (!tables.length) return "";
  const options = [["", gettext("A new table")], ...tables.map(({ id, title }) => [id, title])];
  const given = await ask({ title: gettext("Review table"), doIt: gettext("Go on"), fields: [{ name: "table", label: gettext("Put the selected documents into"), type: "select", options }] });
  return given && given.table;
}

async function described() {
  const fields = [
    { name: "title", label: gettext("Title"), required: true },
    { name: "questions", label: gettext("Questions, one on each line"), type: "lines", required: true, hint: gettext("Whole sentences find most: “Who signed the lease?”, “When does it end?”.") },
  ];
  const given = await ask({ title: gettext("A review table of the selected documents"), doIt: gettext("Make the table"), fields });
  return given && { title: given.title, questions: given.questions.split("\n").map((line) => line.trim()).filter(Boolean) };
}

async function made({ title, questions }, selection) {
  const { id } = await api("POST", "/api/review-tables/", { json: { ...selection, title, questions } });
  return id;
}

async function more(id, { documents, filter }) {
  const { added } = await api("POST", `/api/review-tables/${id}/rows/`, { json: documents ? { documents } : { filter } });
  if (!added) toast(gettext("These documents are in the table already."));
  return id;
}

async function go(id) {
  try { await api("POST", `/api/review-tables/${id}/fill/`, { json: {} }); } catch (error) { if (error.code !== "nothing_to_do") throw error; }
  location.assign(`/review/${id}/`);
}
