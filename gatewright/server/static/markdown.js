// The little of Markdown that answers use, made into elements.

import { el } from "./dom.js";
import { highlighted } from "./highlight.js";

export function rendered(text) {
  const found = [];
  const lines = text.split("\n");
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    const fence = /^\s*(```+|~~~+)\s*(\w*)/.exec(line);
    if (fence) {
      const code = [];
      at += 1;
      while (at < lines.length && !lines[at].trim().startsWith(fence[1])) code.push(lines[at++]);
      at += 1;
      found.push(el("pre", {}, el("code", {}, ...highlighted(code.join("\n"), fence[2]))));
    } else if (/^#{1,4}\s/.test(line)) {
      found.push(el("h3", {}, ...inline(line.replace(/^#+\s*/, ""))));
      at += 1;
    } else if (/^\s*\|.*\|\s*$/.test(line)) {
      const rows = [];
      while (at < lines.length && /^\s*\|.*\|\s*$/.test(lines[at])) rows.push(lines[at++]);
      found.push(table(rows));
    } else if (/^\s*([-*]|\d+[.)])\s+/.test(line)) {
      const ordered = /^\s*\d/.test(line);
      const items = [];
      while (at < lines.length && /^\s*([-*]|\d+[.)])\s+/.test(lines[at])) {
        items.push(el("li", {}, ...inline(lines[at++].replace(/^\s*([-*]|\d+[.)])\s+/, ""))));
      }
      found.push(el(ordered ? "ol" : "ul", {}, ...items));
    } else if (line.trim()) {
      const paragraph = [];
      while (at < lines.length && lines[at].trim() && !/^\s*(```|~~~|#{1,4}\s|[-*]\s|\|)/.test(lines[at])) {
        paragraph.push(lines[at++]);
      }
      if (!paragraph.length) paragraph.push(lines[at++]);
      found.push(el("p", {}, ...inline(paragraph.join("\n"))));
    } else {
      at += 1;
    }
  }
  return found;
}

function inline(text) {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).filter(Boolean).map((piece) => {
    if (piece.startsWith("`") && piece.length > 2) return el("code", {}, piece.slice(1, -1));
    if (piece.startsWith("**") && piece.length > 4) return el("strong", {}, piece.slice(2, -2));
    return piece;
  });
}

function table(rows) {
  const cells = (row) => row.trim().slice(1, -1).split("|").map((cell) => cell.trim());
  const body = rows.filter((row) => !/^[\s|:-]+$/.test(row)).map(cells);
  const [head = [], ...rest] = body;
  return el("table", {},
    el("thead", {}, el("tr", {}, ...head.map((cell) => el("th", {}, ...inline(cell))))),
    el("tbody", {}, ...rest.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, ...inline(cell)))))));
}
