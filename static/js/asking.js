// A question in a dialog: some fields, one deed. Nothing of it is written as markup, so that no name can become HTML.

import { el } from "./dom.js";
import { gettext } from "./i18n.js";

let asked = 0;

/** Ask for {name: value} (texts, and true or false of check boxes); null where the person thinks better of it.
 *  fields: [{name, label, type: "text" | "lines" | "select" | "checkbox", value, options: [[value, label]], list, required, hint}] */
export function ask({ title, say = "", fields = [], doIt, danger = false }) {
  return new Promise((resolve) => {
    asked += 1;
    const id = `asked-${asked}`;
    const form = el("form", { method: "dialog" },
      el("h2", { id }, title), say ? el("p", { class: "quiet" }, say) : null,
      ...fields.map((field) => shown(field, `${id}-${field.name}`)),
      el("div", { class: "actions" },
        el("button", { class: "btn btn-quiet", value: "", formnovalidate: true }, gettext("Cancel")),
        el("button", { class: `btn ${danger ? "btn-danger" : "btn-primary"}`, value: "yes" }, doIt)));
    const dialog = el("dialog", { class: "dialog", "aria-labelledby": id }, form);
    // Enter in a field means the deed, not the form's first button.
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      if (form.reportValidity()) dialog.close("yes");
    });
    dialog.addEventListener("close", () => { resolve(dialog.returnValue === "yes" ? values(form, fields) : null); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
    form.querySelector("input, select")?.focus();
  });
}

function shown({ name, label, type = "text", value = "", options = [], list, required = false, hint = "" }, id) {
  if (type === "checkbox") {
    return el("p", { class: "form-check" }, el("input", { class: "form-check-input", type, id, name, checked: Boolean(value) }), el("label", { class: "form-check-label", for: id }, label));
  }
  const control = type === "select"
    ? el("select", { class: "form-select", id, name, required }, ...options.map(([key, words]) => el("option", { value: key, selected: key === value }, words)))
    : type === "lines" ? el("textarea", { class: "form-control", id, name, rows: 5, required }, value)
    : el("input", { class: "form-control", id, name, value, list, required, maxlength: 400, autocomplete: "off" });
  return el("div", { class: "asked" }, el("label", { class: "form-label", for: id }, label), control, hint ? el("p", { class: "quiet" }, hint) : null);
}

const values = (form, fields) => Object.fromEntries(fields.map(({ name, type }) => [name, type === "checkbox" ? form.elements[name].checked : form.elements[name].value.trim()]));
