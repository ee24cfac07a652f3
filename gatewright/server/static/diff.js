// Differences: a unified diff as it comes, and one of two texts.

import { el } from "./dom.js";

export function diffView(text) {
  const rows = text.split("\n").filter((line, number, all) => line || number < all.length - 1).map((line) => {
    if (/^(---|\+\+\+|@@)/.test(line)) return el("tr", { class: "hunk" }, el("td", { colSpan: 2 }, line));
    return row(line[0], line.slice(1));
  });
  return el("div", { class: "code", tabIndex: 0, "aria-label": "Difference" },
    el("table", {}, el("tbody", {}, ...rows)));
}

function row(sign, text) {
  const kind = { "+": "add", "-": "del" }[sign] ?? "";
  return el("tr", { class: kind },
    el("td", { class: "sign" }, kind ? sign : ""), el("td", { class: "text" }, text));
}

export function textsView(before, after) {
  const steps = compared(before.split("\n"), after.split("\n"));
  if (steps.every(([sign]) => sign === " ")) return el("p", { class: "empty" }, "The two are the same.");
  return el("div", { class: "code", tabIndex: 0, "aria-label": "Difference" },
    el("table", {}, el("tbody", {}, ...steps.map(([sign, text]) => row(sign, text)))));
}

// The longest common row of lines, by the table that everybody uses; long texts are compared as
// far as that table has room.
const ROOM = 4_000_000;

function compared(before, after) {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const a = before.slice(head, before.length - tail);
  const b = after.slice(head, after.length - tail);
  const same = (lines) => lines.map((line) => [" ", line]);
  const middle = a.length * b.length > ROOM
    ? [...a.map((line) => ["-", line]), ...b.map((line) => ["+", line])]
    : longest(a, b);
  return [...same(before.slice(0, head)), ...middle, ...same(tail ? before.slice(-tail) : [])];
}

function longest(a, b) {
  const width = b.length + 1;
  const best = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      best[i * width + j] = a[i] === b[j]
        ? best[(i + 1) * width + j + 1] + 1
        : Math.max(best[(i + 1) * width + j], best[i * width + j + 1]);
    }
  }
  const steps = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      steps.push([" ", a[i]]); i += 1; j += 1;
    } else if (j >= b.length || (i < a.length && best[(i + 1) * width + j] >= best[i * width + j + 1])) {
      steps.push(["-", a[i]]); i += 1;
    } else {
      steps.push(["+", b[j]]); j += 1;
    }
  }
  return steps;
}
