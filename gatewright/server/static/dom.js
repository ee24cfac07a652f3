// Elements without markup: every text goes in as text, so nothing that a file or a model says is
// ever read as HTML.

export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.startsWith("aria")) made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

export const $ = (id) => document.getElementById(id);

export function button(text, onclick, props = {}) {
  return el("button", { type: "button", onclick, ...props }, text);
}

// A row of tabs with the keys that people expect of one.
export function tabs(place, names, chosen, onchoose) {
  const made = names.map(([id, text]) =>
    button(text, () => choose(id), {
      role: "tab", "data-tab": id, "aria-selected": String(id === chosen),
      tabIndex: id === chosen ? 0 : -1,
    }));
  function choose(id, focus = false) {
    for (const tab of made) {
      const mine = tab.dataset.tab === id;
      tab.setAttribute("aria-selected", String(mine));
      tab.tabIndex = mine ? 0 : -1;
      if (mine && focus) tab.focus();
    }
    onchoose(id);
  }
  place.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = made.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    choose(made[(at + step + made.length) % made.length].dataset.tab, true);
  };
  place.replaceChildren(...made);
  return choose;
}

export function ago(seconds) {
  const gone = Date.now() / 1000 - seconds;
  if (gone < 90) return "just now";
  if (gone < 5400) return `${Math.round(gone / 60)} min ago`;
  if (gone < 129600) return `${Math.round(gone / 3600)} h ago`;
  return new Date(seconds * 1000).toLocaleDateString();
}

export function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

export const count = (number) => Number(number).toLocaleString("en-US");
