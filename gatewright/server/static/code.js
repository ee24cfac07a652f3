// Code with its line numbers, and what tools say of it in the margin.

import { el } from "./dom.js";
import { highlightedLines } from "./highlight.js";

const MARKS = { error: "✕", warning: "!", note: "i" };

export function codeView(source, diagnostics = []) {
  const lines = highlightedLines(source.text.replace(/\n$/, ""), source.language);
  const remarks = new Map();
  for (const remark of diagnostics) {
    if (!remark.line || (remark.file && remark.file !== source.name)) continue;
    remarks.set(remark.line, [...(remarks.get(remark.line) ?? []), remark]);
  }
  const rows = lines.flatMap((pieces, index) => {
    const mine = remarks.get(index + 1) ?? [];
    const worst = ["error", "warning", "note"].find((kind) => mine.some((one) => one.severity === kind));
    const mark = worst
      ? el("span", { class: `mark ${worst}`, title: mine.map((one) => one.message).join("\n"), "aria-label": worst }, MARKS[worst])
      : null;
    return [
      el("tr", { class: worst ?? "" },
        el("td", { class: "no" }, mark, String(index + 1)),
        el("td", { class: "text" }, ...pieces)),
      ...mine.map((one) => el("tr", { class: `remark ${one.severity}` },
        el("td", { class: "no" }), el("td", { class: "text" }, one.message))),
    ];
  });
  return el("div", { class: "code", tabIndex: 0, "aria-label": source.name },
    el("table", {}, el("tbody", {}, ...rows)));
}

// Remarks that stand at no line of this file.
export function otherRemarks(source, diagnostics = []) {
  const others = diagnostics.filter((one) => !one.line || (one.file && one.file !== source.name));
  if (!others.length) return null;
  return el("ul", { class: "remarks" }, ...others.map((one) =>
    el("li", {}, `${one.severity}: ${one.message}`)));
}
