// The design beside the conversation: its versions, and four ways to look at one.

import { $, button, download, el, tabs } from "./dom.js";
import { get, post } from "./api.js";
import { codeView, otherRemarks } from "./code.js";
import { textsView } from "./diff.js";
import { schematicView } from "./schematic.js";
import { verdictWords } from "./verdict.js";
import { wavePanel } from "./wavepanel.js";

const VIEWS = [["code", "Code"], ["wave", "Waveform"], ["schematic", "Schematic"], ["changes", "Changes"]];

export class Bench {
  constructor() {
    this.versions = [];
    this.chosen = null;
    this.against = null;
    this.view = "code";
    this.file = 0;
    this.turn = 0;
    this.work = new AbortController();
    this.choose = tabs($("bench-tabs"), VIEWS, this.view, (view) => {
      this.view = view;
      this.show();
    });
    this.clear();
  }

  clear() {
    this.versions = [];
    this.chosen = this.against = null;
    this.show();
  }

  // A version: {label, sources, verdict, wave}. One that is there already is not added again.
  add(version, choose = true) {
    const text = (one) => one.sources.map((source) => source.text).join("\0");
    const known = this.versions.find((one) => one.label === version.label && text(one) === text(version));
    if (known) {
      Object.assign(known, version);
    } else {
      this.versions.push(version);
    }
    const mine = known ?? version;
    if (choose || !this.chosen) {
      this.chosen = mine;
      this.file = 0;
    }
    this.show();
    return mine;
  }

  open(version, view = "code") {
    this.chosen = version;
    this.file = 0;
    this.choose(view);
    document.body.dataset.view = "bench";
  }

  async openFile(path, folder) {
    if (/\.(vcd|fst)$/i.test(path)) {
      this.open(this.add({ label: path, sources: [], verdict: null, wave: path }), "wave");
      return;
    }
    const found = await get("/api/file", { path, folder });
    const name = found.path.split("/").at(-1);
    const version = this.add({ label: found.path, sources: [{ name, text: found.text, language: name.split(".").at(-1) }], verdict: null, wave: "", path: found.path });
    this.open(version);
  }

  show() {
    const turn = (this.turn += 1);
    // Nobody waits any more for what another view had asked.
    this.work.abort();
    this.work = new AbortController();
    const body = $("bench-body");
    this.bar();
    if (!this.chosen) {
      body.replaceChildren(el("p", { class: "empty" }, "Designs appear here as they are written, with what the tools said of them. Files of the repository open here, too."));
      return;
    }
    if (!this.chosen.sources.length && this.view !== "wave") {
      body.replaceChildren(el("p", { class: "empty" }, "This is a waveform: it has no code."));
      return;
    }
    const made = { code: () => this.code(), wave: () => this.wave(), schematic: () => this.schematic(), changes: () => this.changes() }[this.view]();
    const put = (...nodes) => { if (turn === this.turn) body.replaceChildren(...nodes.filter(Boolean)); };
    if (made instanceof Promise) {
      put(el("p", { class: "empty", role: "status" }, "Working … ", stopper(this.work)));
      made.then((node) => put(node), (error) => put(el("p", { class: "empty", role: "alert" }, error.message)));
    } else {
      put(...made);
    }
  }

  bar() {
    const version = this.chosen;
    const pick = (chosen, onpick, label) => el("select", {
      "aria-label": label, onchange: (event) => onpick(this.versions[event.target.selectedIndex]),
    }, ...this.versions.map((one) => el("option", { selected: one === chosen }, one.label)));
    $("bench-bar").replaceChildren(...[
      el("h1", {}, version ? version.sources[this.file]?.name ?? version.label : "Design"),
      version && this.versions.length > 1 ? pick(version, (one) => { this.chosen = one; this.file = 0; this.show(); }, "Version") : null,
      version?.sources.length ? button("Download", () => version.sources.forEach((source) => download(source.name, source.text))) : null,
    ].filter(Boolean));
  }

  get design() {
    return this.chosen.sources.map(({ name, text }) => ({ name, text }));
  }

  code() {
    const version = this.chosen;
    const source = version.sources[this.file] ?? version.sources[0];
    const remarks = version.remarks ?? version.verdict?.diagnostics ?? [];
    const files = version.sources.length > 1
      ? el("select", { "aria-label": "File", onchange: (event) => { this.file = event.target.selectedIndex; this.show(); } },
        ...version.sources.map((one, number) => el("option", { selected: number === this.file }, one.name)))
      : null;
    const said = el("span", { class: "soft", role: "status" },
      ...(version.checking ? ["checking … ", stopper(version.checking)] : [version.checked ?? ""]));
    const check = button("Check", async () => {
      version.checking = new AbortController();
      const asked = post("/api/lint", { design: this.design }, version.checking.signal);
      this.show();
      try {
        const found = await asked;
        version.remarks = found.diagnostics;
        version.checked = found.outcome === "fail" ? `fault: ${found.failure_class}` : "no fault found, which is no proof";
      } catch (error) {
        version.checked = error.message;
      }
      version.checking = null;
      this.show();
    }, { title: "What the tools say of it by itself", disabled: Boolean(version.checking) });
    return [
      el("div", { class: "tools" }, check, files, said),
      verdictLine(version),
      otherRemarks(source, remarks),
      codeView(source, remarks),
    ];
  }

  async wave() {
    return wavePanel(this.chosen, this.design, this.work.signal);
  }

  async schematic() {
    const version = this.chosen;
    version.pictures ??= await post("/api/schematic", { design: this.design }, this.work.signal);
    return schematicView(version.pictures);
  }

  changes() {
    if (this.versions.length < 2) {
      return [el("p", { class: "empty" }, "There is one version so far.")];
    }
    const after = this.chosen;
    const at = this.versions.indexOf(after);
    const before = this.against && this.against !== after ? this.against : this.versions[at > 0 ? at - 1 : 1];
    const whole = (one) => one.sources.map((source) => source.text).join("\n");
    return [
      el("div", { class: "tools" }, "From",
        el("select", { "aria-label": "Compare with", onchange: (event) => { this.against = this.versions[event.target.selectedIndex]; this.show(); } },
          ...this.versions.map((one) => el("option", { selected: one === before }, one.label))),
        `to ${after.label}`),
      textsView(whole(before), whole(after)),
    ];
  }
}

function stopper(work) {
  return button("Stop", () => work.abort(), { class: "plain", title: "Stop the tool that runs" });
}

function verdictLine(version) {
  const verdict = version.verdict;
  if (!verdict) return null;
  return el("div", { class: "tools" },
    el("span", { class: `badge ${verdict.outcome}` }, verdict.outcome.toUpperCase()),
    el("span", { class: "soft" }, verdictWords(verdict, version.against)));
}
