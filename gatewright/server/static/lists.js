// What stands at the side: conversations, files of the folders, runs of eval.

import { $, ago, button, count, el, tabs } from "./dom.js";
import { get } from "./api.js";

export class Lists {
  constructor(state, bench, openTalk) {
    this.folders = state.folders;
    this.bench = bench;
    this.openTalk = openTalk;
    this.kind = "talks";
    tabs($("rail-tabs"), [["talks", "Talks"], ["files", "Files"], ["runs", "Runs"]], "talks", (kind) => {
      this.kind = kind;
      this.show();
    });
  }

  async show(current = this.current) {
    this.current = current;
    const kind = this.kind;
    try {
      const made = await { talks: () => this.talks(), files: () => this.files(), runs: () => this.runs() }[kind]();
      if (kind === this.kind) $("rail-list").replaceChildren(...made);
    } catch (error) {
      $("rail-list").replaceChildren(el("p", { role: "alert" }, error.message));
    }
  }

  async talks() {
    const found = await get("/api/talks");
    if (!found.length) return [el("p", {}, "No conversation yet.")];
    return found.map((talk) => el("button", {
      type: "button", class: "row", "aria-current": String(talk.id === this.current),
      onclick: () => this.openTalk(talk.id), title: talk.title,
    }, talk.title || "Untitled", el("small", {}, `${ago(talk.changed)} · ${talk.turns} ${talk.turns === 1 ? "message" : "messages"}`)));
  }

  async files() {
    const listed = await Promise.all(this.folders.map(async (folder) => ({ folder, ...(await get("/api/files", { folder: folder.name })) })));
    const place = el("div");
    const filter = el("input", { type: "search", placeholder: "Find a file", "aria-label": "Find a file", oninput: () => fill() });
    const fill = () => {
      const wanted = filter.value.toLowerCase();
      const rows = [];
      for (const { folder, files } of listed) {
        for (const path of files) {
          if (wanted && !path.toLowerCase().includes(wanted)) continue;
          if (rows.length >= 400) break;
          const slash = path.lastIndexOf("/") + 1;
          rows.push(el("button", { type: "button", class: "row", title: path, onclick: () => this.openFile(path, folder.name) },
            path.slice(slash), el("small", {}, (this.folders.length > 1 ? `${folder.name}/` : "") + path.slice(0, slash))));
        }
      }
      place.replaceChildren(...(rows.length ? rows : [el("p", {}, "No file fits.")]));
    };
    fill();
    return [filter, place];
  }

  async openFile(path, folder) {
    try {
      await this.bench.openFile(path, folder);
    } catch (error) {
      $("rail-list").prepend(el("p", { role: "alert" }, error.message));
    }
  }

  async runs() {
    const found = await get("/api/runs");
    if (!found.length) return [el("p", {}, "No runs of eval: gatewright serve --runs DIR names where they are.")];
    return found.map((run) => el("button", { type: "button", class: "row", title: run.name, onclick: () => this.openRun(run) },
      run.name, el("small", {}, `${run.suite} · ${run.model} · ${count(run.answers)} answers · ${ago(run.changed)}`)));
  }

  openRun(run) {
    $("bench-bar").replaceChildren(el("h1", {}, run.name),
      button("Back to the design", () => this.bench.show()));
    $("bench-body").replaceChildren(el("iframe", { class: "report", src: `/runs/${run.id}`, title: `Report of ${run.name}`, sandbox: "allow-scripts" }));
    document.body.dataset.view = "bench";
  }
}
