// A waveform viewer: one canvas, names and values beside it. Wheel or + and - zoom, dragging or
// Shift with the arrows pans, a click or the arrows move the cursor from change to change.

import { el, button } from "./dom.js";

const ROW = 28, AXIS = 26;
const UNITS = { s: 1e15, ms: 1e12, us: 1e9, ns: 1e6, ps: 1e3, fs: 1 };

export function shortName(name) {
  return name.split(".").at(-1);
}

// `load(start, end)` brings a window; `first` is the one that is there already.
export function waveView(first, load, marked = null) {
  let data = first;
  const state = { start: first.start, end: Math.max(first.end, first.start + 1), cursor: marked ?? first.start };
  const canvas = el("canvas", {
    tabIndex: 0, role: "img",
    "aria-label": `Waveform of ${data.signals.map((one) => shortName(one.name)).join(", ")}. ` +
      "Arrow keys move the cursor, plus and minus zoom, Shift with arrows pans, Home shows all.",
  });
  const names = el("div", { class: "names", "aria-live": "off" });
  const where = el("span", { class: "mono soft", role: "status" });
  const view = el("div", { class: "wave" }, names, canvas);
  const tools = el("div", { class: "tools" },
    button("−", () => zoom(2), { title: "Zoom out (-)", "aria-label": "Zoom out" }),
    button("+", () => zoom(0.5), { title: "Zoom in (+)", "aria-label": "Zoom in" }),
    button("◂", () => pan(-0.4), { title: "Earlier", "aria-label": "Earlier" }),
    button("▸", () => pan(0.4), { title: "Later", "aria-label": "Later" }),
    button("All", () => show(0, data.last), { title: "Show all (Home)" }),
    marked === null ? null : button("First difference", () => centre(marked)),
    el("span", { class: "grow" }), where);

  const width = () => Math.max(1, canvas.clientWidth);
  const x = (time) => ((time - state.start) / (state.end - state.start)) * width();
  const time = (at) => Math.round(state.start + (at / width()) * (state.end - state.start));

  function show(start, end) {
    const span = Math.max(2, Math.min(end - start, Math.max(2, data.last)));
    state.start = Math.max(0, Math.min(start, Math.max(0, data.last - span)));
    state.end = state.start + span;
    draw();
    fetchSoon();
  }
  const zoom = (factor, around = state.cursor) => {
    const middle = around < state.start || around > state.end ? (state.start + state.end) / 2 : around;
    show(Math.round(middle - (middle - state.start) * factor), Math.round(middle + (state.end - middle) * factor));
  };
  const pan = (share) => {
    const step = Math.round((state.end - state.start) * share);
    show(state.start + step, state.end + step);
  };
  const centre = (at) => {
    const half = Math.round((state.end - state.start) / 2);
    state.cursor = at;
    show(at - half, at + half);
  };

  let waiting = 0, asked = "";
  function fetchSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const there = data.start <= state.start && data.end >= Math.min(state.end, data.last) && !data.cut;
      const wanted = `${state.start}-${state.end}`;
      if (there || asked === wanted) return;
      asked = wanted;
      try {
        const fresh = await load(state.start, Math.min(state.end, data.last));
        if (asked === wanted) { data = fresh; draw(); }
      } catch (error) {
        where.textContent = error.message;
      }
    }, 120);
  }

  function moveCursor(at) {
    state.cursor = Math.max(0, Math.min(data.last, at));
    draw();
  }
  function step(direction) {
    const times = [...new Set(data.signals.flatMap((one) => one.changes.map((change) => change.time)))].sort((a, b) => a - b);
    const next = direction > 0 ? times.find((t) => t > state.cursor) : times.findLast((t) => t < state.cursor);
    if (next === undefined) { pan(direction * 0.4); return; }
    state.cursor = next;
    if (next < state.start || next > state.end) centre(next); else draw();
  }

  canvas.addEventListener("keydown", (event) => {
    const act = {
      ArrowRight: () => (event.shiftKey ? pan(0.2) : step(1)),
      ArrowLeft: () => (event.shiftKey ? pan(-0.2) : step(-1)),
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2),
      Home: () => show(0, data.last), End: () => show(data.last - (state.end - state.start), data.last),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan(Math.sign(event.deltaX || event.deltaY) * 0.1);
    else zoom(event.deltaY > 0 ? 1.25 : 0.8, time(event.offsetX));
  }, { passive: false });
  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    held = { at: event.offsetX, start: state.start, end: state.end, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    const gone = event.offsetX - held.at;
    if (Math.abs(gone) > 4) held.moved = true;
    if (held.moved) {
      const shift = Math.round((-gone / width()) * (held.end - held.start));
      show(held.start + shift, held.end + shift);
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    if (held && !held.moved) moveCursor(time(event.offsetX));
    held = null;
  });
  canvas.addEventListener("pointercancel", () => { held = null; });

  function draw() {
    const scale = window.devicePixelRatio || 1;
    const height = AXIS + data.signals.length * ROW;
    canvas.width = width() * scale;
    canvas.height = height * scale;
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    const colours = getComputedStyle(canvas);
    const colour = (name) => colours.getPropertyValue(name).trim();
    pen.scale(scale, scale);
    pen.font = `11px ${colour("--mono") || "monospace"}`;
    pen.textBaseline = "middle";
    axis(pen, colour, height);
    data.signals.forEach((signal, row) => trace(pen, colour, signal, AXIS + row * ROW));
    if (marked !== null) upright(pen, x(marked), height, colour("--fail"));
    upright(pen, x(state.cursor), height, colour("--accent"));
    names.replaceChildren(...data.signals.map((signal) =>
      el("div", { class: signal.wrong ? "wrong" : "", title: signal.name },
        el("b", {}, signal.shown ?? shortName(signal.name)),
        el("output", {}, spelled(valueAt(signal, state.cursor), signal.width)))));
    where.textContent = `cursor ${timeText(state.cursor, data.unit)}`;
  }

  function axis(pen, colour, height) {
    const span = state.end - state.start;
    const rough = (span * 110) / width();
    const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
    const tick = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? power);
    pen.strokeStyle = colour("--rule");
    pen.fillStyle = colour("--faint");
    for (let at = Math.ceil(state.start / tick) * tick; at <= state.end; at += tick) {
      pen.beginPath(); pen.moveTo(x(at) + 0.5, AXIS - 5); pen.lineTo(x(at) + 0.5, height); pen.stroke();
      pen.fillText(timeText(at, data.unit), x(at) + 4, 11);
    }
  }

  function trace(pen, colour, signal, top) {
    const high = top + 6, low = top + ROW - 6, middle = (high + low) / 2;
    const changes = signal.changes;
    const right = x(Math.min(state.end, data.end));
    for (let n = 0; n < changes.length; n += 1) {
      const from = Math.max(-2, x(changes[n].time));
      const to = Math.min(width() + 2, n + 1 < changes.length ? x(changes[n + 1].time) : right);
      if (to < 0 || from > width()) continue;
      const value = changes[n].value;
      const bad = value.includes("x"), floats = /^z+$/.test(value);
      pen.strokeStyle = pen.fillStyle = bad ? colour("--fail") : floats ? colour("--warn") : signal.width > 1 ? colour("--info") : colour("--pass");
      pen.beginPath();
      if (signal.width === 1 && !bad && !floats) {
        const y = value === "1" ? high : low;
        if (n) { pen.moveTo(from, changes[n - 1].value === "1" ? high : low); pen.lineTo(from, y); }
        pen.moveTo(from, y); pen.lineTo(to, y); pen.stroke();
      } else if (floats) {
        pen.moveTo(from, middle); pen.lineTo(to, middle); pen.stroke();
      } else {
        const bend = Math.min(3, (to - from) / 2);
        pen.moveTo(from, middle); pen.lineTo(from + bend, high); pen.lineTo(to - bend, high); pen.lineTo(to, middle);
        pen.lineTo(to - bend, low); pen.lineTo(from + bend, low); pen.closePath(); pen.stroke();
        if (bad) { pen.globalAlpha = 0.18; pen.fill(); pen.globalAlpha = 1; }
        const text = spelled(value, signal.width), room = to - Math.max(from, 0) - 8;
        if (room > 10) {
          pen.fillStyle = bad ? colour("--fail") : colour("--ink");
          pen.fillText(fitted(pen, text, room), Math.max(from, 0) + 5, middle + 0.5);
        }
      }
    }
  }

  const seen = new ResizeObserver(() => draw());
  seen.observe(canvas);
  return el("div", { class: "fill" }, tools, view);
}

function upright(pen, at, height, colour) {
  pen.strokeStyle = colour;
  pen.beginPath(); pen.moveTo(Math.round(at) + 0.5, 0); pen.lineTo(Math.round(at) + 0.5, height); pen.stroke();
}

function fitted(pen, text, room) {
  let shown = text;
  while (shown.length > 1 && pen.measureText(shown).width > room) shown = `${shown.slice(0, -2)}…`;
  return shown;
}

export function valueAt(signal, time) {
  let found = signal.changes[0]?.value ?? "";
  for (const change of signal.changes) {
    if (change.time > time) break;
    found = change.value;
  }
  return found;
}

// Binary digits in hexadecimal; a digit with an x shows as x.
export function spelled(value, width) {
  if (width <= 1 || !value) return value;
  const fill = "xz".includes(value[0]) ? value[0] : "0";
  const padded = value.padStart(Math.ceil(value.length / 4) * 4, fill);
  return padded.match(/.{4}/g).map((four) =>
    four === "zzzz" ? "z" : /[xz]/.test(four) ? "x" : parseInt(four, 2).toString(16)).join("");
}

export function timeText(time, unit) {
  const found = /^(\d+)\s*(s|ms|us|ns|ps|fs)$/.exec(unit ?? "");
  if (!found) return String(time);
  const small = time * Number(found[1]) * UNITS[found[2]];
  if (!small) return "0";
  const [name, size] = Object.entries(UNITS).find(([, size]) => small >= size) ?? ["fs", 1];
  return `${Number((small / size).toPrecision(6))} ${name}`;
}
