// Ready-made actions: a button each, and a sheet that asks for what an action wants to know.

import { $, button, el } from "./dom.js";
import { get } from "./api.js";

export function showActions(actions, folders, send) {
  $("actions").replaceChildren(...actions.map((action) =>
    button(action.title, () => ask(action, folders, send), { title: action.what })));
}

async function ask(action, folders, send) {
  const sheet = $("sheet");
  const names = el("datalist", { id: "paths" });
  const fields = action.parameters.map((parameter) => {
    const common = { name: parameter.name, required: parameter.required };
    const field = parameter.choices.length
      ? el("select", common, ...(parameter.required ? [] : [el("option", { value: "" }, "–")]), ...parameter.choices.map((choice) => el("option", {}, choice)))
      : el("input", { ...common, list: undefined, autocomplete: "off", spellcheck: false });
    if (field.tagName === "INPUT") field.setAttribute("list", "paths");
    return el("label", {}, `${parameter.name}: ${parameter.what}${parameter.required ? "" : " (may be left out)"}`, field);
  });
  const form = el("form", {
    method: "dialog",
    onsubmit: (event) => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(form));
      sheet.close();
      send({ action: action.name, values });
    },
  },
  el("h1", {}, action.title),
  el("p", { class: "soft" }, action.what + (action.writes ? "; a change is shown to you before it is written" : "")),
  ...fields, names,
  el("div", { class: "buttons" }, button("Cancel", () => sheet.close()), el("button", { type: "submit", class: "primary" }, "Go")));
  sheet.replaceChildren(form);
  sheet.showModal();
  for (const folder of folders) {
    const found = await get("/api/files", { folder: folder.name }).catch(() => ({ files: [] }));
    names.append(...found.files.slice(0, 1000).map((path) => el("option", { value: path })));
  }
}
