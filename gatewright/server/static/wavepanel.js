// Which waveform of a design is shown: the one that a check left, or one of random inputs.

import { el } from "./dom.js";
import { get, post } from "./api.js";
import { shortName, waveView } from "./wave.js";

const MOST = 24;
const CHANGES_AT_FIRST = 90;

export async function wavePanel(version, design, signal) {
  let wave = version.wave, verdict = version.verdict, words = verdict ? "Of the check that gave the verdict." : "As it lies in the file.";
  if (!wave) {
    version.simulated ??= await post("/api/simulate", { design }, signal);
    wave = version.simulated.wave;
    verdict = version.simulated.verdict;
    words = "Simulated with random inputs: a picture of what the design does, and no verdict.";
    if (!wave) return el("p", { class: "empty" }, version.simulated.text || "No waveform could be made.");
  }
  let about;
  try {
    about = await get("/api/wave", { wave, end: 0 });
  } catch (error) {
    if (version.simulated && !version.again) {
      // The server keeps the last few only: make it anew, once.
      version.again = true;
      version.simulated = null;
      return wavePanel(version, design, signal);
    }
    throw error;
  }
  version.again = false;
  const failed = verdict?.outcome === "fail";
  const shown = chosen(about.known, failed);
  const load = async (start, end) => told(await get("/api/wave", { wave, start, end, signal: shown }), verdict);
  let end = about.last, data = await load(0, end);
  while (data.cut && end > 64) {
    end = Math.ceil(end / 4);
    data = await load(0, end);
  }
  const mark = failed && verdict.first_mismatch ? verdict.first_mismatch.time : null;
  const times = [...new Set(data.signals.flatMap((one) => one.changes.map((change) => change.time)))].sort((a, b) => a - b);
  const until = times.length > CHANGES_AT_FIRST ? times[CHANGES_AT_FIRST] : data.end;
  const around = mark === null ? { start: 0, end: until } : { start: Math.max(0, mark - until / 2), end: mark + until / 2 };
  const place = el("div", {});
  const view = waveView({ ...data, ...await begun(data, around, load) }, load, mark);
  place.append(view);
  return el("div", {}, el("p", { class: "soft" }, words), place);
}

// The window that is looked at first; what is loaded may reach further.
async function begun(data, around, load) {
  if (around.end > data.end) return load(Math.round(around.start), Math.min(Math.round(around.end), data.last));
  return { start: around.start, end: Math.round(around.end) };
}

// Inputs and outputs of the outermost scope; what our testbenches have for themselves begins with gw_.
function chosen(known, failed) {
  const own = known.filter((name) => !name.split(".").slice(1).some((part) => part.startsWith("gw_")));
  const depth = Math.min(...own.map((name) => name.split(".").length));
  const mine = own.filter((name) => name.split(".").length === depth && (failed || !name.endsWith("_ref")));
  const rank = (name) => {
    const leaf = shortName(name);
    if (/(^|_)(clk|clock)/i.test(leaf)) return 0;
    if (/(^|_)(n?a?rst|reset|rst_n|resetn)/i.test(leaf)) return 1;
    return /_(ref|dut)$/.test(leaf) ? 3 : 2;
  };
  const stem = (name) => shortName(name).replace(/_(ref|dut)$/, "");
  return mine.sort((a, b) => rank(a) - rank(b) || stem(a).localeCompare(stem(b)) || b.localeCompare(a)).slice(0, MOST);
}

function told(window, verdict) {
  const wrong = new Set(verdict?.first_mismatch?.signals ?? []);
  const failed = verdict?.outcome === "fail";
  for (const signal of window.signals) {
    const leaf = shortName(signal.name);
    const stem = leaf.replace(/_(ref|dut)$/, "");
    const got = leaf.endsWith("_dut");
    signal.shown = got ? (failed ? `${stem} got` : stem) : leaf.endsWith("_ref") ? `${stem} wanted` : leaf;
    signal.wrong = got && wrong.has(stem);
  }
  return window;
}
