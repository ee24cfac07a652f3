// Schematics: pictures that the server draws, in a tree of their own so that their style stays theirs.

import { button, el } from "./dom.js";

const policy = window.trustedTypes?.createPolicy("gatewright-svg", { createHTML: (text) => text }) ?? { createHTML: (text) => text };
const KEPT = new Set(["svg", "g", "path", "line", "rect", "circle", "ellipse", "polyline", "polygon", "text", "tspan", "title", "defs", "marker"]);

export function schematicView(pictures) {
  const drawn = pictures.filter((picture) => picture.svg);
  if (!drawn.length) return el("p", { class: "empty" }, pictures[0]?.title ?? "No schematic.");
  let scale = 0, shown = drawn[0];
  const place = el("div", { class: "schematic", tabIndex: 0, role: "group", "aria-label": "Schematic; plus and minus zoom" });
  const inside = el("div", {});
  const root = inside.attachShadow({ mode: "closed" });
  place.append(inside);

  function draw() {
    const { svg, style } = parsed(shown.svg);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    // At first as large as there is room, within reason.
    scale ||= Math.min(1.4, Math.max(0.4, (place.clientWidth - 26) / Number(svg.getAttribute("width")) || 1));
    for (const side of ["width", "height"]) svg.setAttribute(side, String(Number(svg.getAttribute(side)) * scale));
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(svg);
  }
  const zoom = (factor) => { scale = Math.min(8, Math.max(0.2, scale * factor)); draw(); };
  place.addEventListener("keydown", (event) => {
    const factor = { "+": 1.25, "=": 1.25, "-": 0.8 }[event.key];
    if (factor) { event.preventDefault(); zoom(factor); }
  });
  new ResizeObserver((entries, observer) => {
    observer.disconnect();
    draw();
  }).observe(place);
  return el("div", { class: "fill" },
    el("div", { class: "tools" },
      drawn.length > 1
        ? el("select", { "aria-label": "Module", onchange: (event) => { shown = drawn[event.target.selectedIndex]; scale = 0; draw(); } }, ...drawn.map((one) => el("option", {}, one.title)))
        : el("b", {}, shown.title),
      button("−", () => zoom(0.8), { "aria-label": "Smaller" }), button("+", () => zoom(1.25), { "aria-label": "Larger" })),
    place);
}

// The picture is the server's own; all the same nothing but shapes and texts of it is kept.
function parsed(text) {
  // Its style goes into a sheet of its own: as an element the page's policy would refuse it.
  let style = "";
  const shapes = text.replace(/<style>([^<]*)<\/style>/g, (whole, rules) => { style += rules; return ""; });
  const page = new DOMParser().parseFromString(policy.createHTML(shapes), "image/svg+xml");
  const svg = page.documentElement;
  for (const node of [...svg.querySelectorAll("*")]) {
    if (!KEPT.has(node.localName)) { node.remove(); continue; }
    for (const attribute of [...node.attributes]) {
      if (/^on/i.test(attribute.name) || /href$/i.test(attribute.name) || attribute.name === "style") node.removeAttribute(attribute.name);
    }
  }
  return { svg: document.importNode(svg, true), style };
}
