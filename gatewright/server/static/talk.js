// A conversation as its events come: said, told, checked, proposed.

import { $, button, count, download, el } from "./dom.js";
import { follow, post } from "./api.js";
import { diffView } from "./diff.js";
import { rendered } from "./markdown.js";
import { verdictWords } from "./verdict.js";

export class Talk {
  constructor(bench, onchange) {
    this.bench = bench;
    this.onchange = onchange;
    this.close = () => {};
    // The message box and the line above it take room from the conversation, and give it back.
    new ResizeObserver(() => this.keepingEnd(() => {})).observe($("events"));
    this.reset("");
  }

  reset(id) {
    this.close();
    this.close = () => {};
    this.id = id;
    this.busy = false;
    this.run = this.said = null;
    this.cards = new Map();
    this.rounds = 0;
    $("events").replaceChildren();
    this.bench.clear();
    this.state("");
  }

  open(id) {
    this.reset(id);
    this.close = follow(id, (event) => this.take(event), (state) => this.state(state));
  }

  state(text) {
    $("state").textContent = text || (this.busy ? "working …" : "");
    $("stop").hidden = !this.busy;
    $("send").hidden = this.busy;
  }

  async send(message) {
    const asked = this.id
      ? await post(`/api/talks/${this.id}/send`, message)
      : await post("/api/talks", message);
    if (!this.id) {
      this.open(asked.id);
      this.onchange();
    }
  }

  async stop() {
    if (this.id) await post(`/api/talks/${this.id}/stop`);
  }

  take(event) {
    this.keepingEnd(() => this.taken(event), event.kind === "asked");
  }

  // What grows at the end stays in view, unless the reader has scrolled up.
  keepingEnd(change, always = false) {
    const list = $("events");
    const near = list.scrollHeight - list.scrollTop - list.clientHeight < 140;
    change();
    if (near || always) list.scrollTop = list.scrollHeight;
  }

  taken(event) {
    const take = this[`on_${event.kind}`];
    if (event.kind !== "said") this.said = null;
    if (!["tool_started", "tool_ended", "round"].includes(event.kind)) this.endRun(event.kind);
    if (take) take.call(this, event);
    const over = event.kind === "turn_ended" || event.kind === "turn_failed";
    if (over || event.kind === "asked" || event.kind === "decided") {
      this.busy = !over;
      this.state("");
      if (over) this.onchange();
    }
  }

  put(node) {
    $("events").append(node);
    return node;
  }

  on_beginning(event) {
    if ($("events").childElementCount) {
      // The server has begun anew and counts otherwise: all of it comes again.
      $("events").replaceChildren();
      this.bench.clear();
      this.cards.clear();
      this.run = this.said = null;
      this.rounds = 0;
    }
    this.busy = false;
    this.count = event.count;
  }

  on_asked(event) {
    this.rounds += 1;
    if (this.rounds === 1) $("title").textContent = event.text.split("\n")[0].slice(0, 90) || "Conversation";
    this.put(el("div", { class: "asked" }, event.text));
  }

  on_said(event) {
    if (!this.said) this.said = { text: "", node: this.put(el("div", { class: "said" })), due: false };
    const said = this.said;
    said.text += event.text;
    if (said.due) return;
    said.due = true;
    requestAnimationFrame(() => {
      said.due = false;
      this.keepingEnd(() => said.node.replaceChildren(...rendered(said.text)));
    });
  }

  on_told(event) {
    this.put(el("div", { class: "told" }, event.text));
  }

  on_contract(event) {
    const rows = [];
    const row = (name, ...what) => rows.push(el("dt", {}, name), el("dd", {}, ...what));
    for (const port of event.ports) {
      const range = port.width > 1 ? ` [${(port.left ?? port.width - 1)}:${port.right ?? 0}]` : "";
      row(port.direction, el("code", {}, port.name + range));
    }
    for (const name of ["clock", "reset", "latency", "behaviour"]) if (event[name]) row(name, event[name]);
    for (const text of event.assumptions) row("assumed", text);
    this.put(el("section", { class: "card", "aria-label": "Contract" },
      el("header", {}, el("span", { class: "badge" }, "CONTRACT"), el("b", { class: "mono" }, event.module)),
      el("dl", { class: "contract" }, ...rows)));
  }

  on_question(event) {
    this.put(el("section", { class: "card", "aria-label": "Question" },
      el("header", {}, el("span", { class: "badge" }, "QUESTION")),
      el("div", { class: "said" }, ...rendered(event.text)),
      el("div", { class: "buttons" }, ...event.choices.map((choice) =>
        button(choice, () => this.try(this.send({ text: choice })))))));
  }

  // Tools and rounds of one stretch of work share a card.
  working() {
    if (this.run) return this.run;
    const list = el("ol");
    const log = el("pre");
    const title = el("b", {}, "Working");
    const node = this.put(el("section", { class: "card run busy", "aria-label": "Progress" },
      el("header", {}, title), list, el("details", { hidden: true }, el("summary", {}, "What was done"), log)));
    this.run = { node, list, log, title, steps: 0, open: 0 };
    return this.run;
  }

  endRun(kind) {
    if (!this.run || kind === "beginning") return;
    // What a tool tells while it runs stands below its card; the card is closed by its end.
    if (this.run.open > 0 && !["turn_ended", "turn_failed"].includes(kind)) {
      this.run.passed = true;
      return;
    }
    this.run.node.classList.remove("busy");
    this.run.title.textContent = this.run.steps === 1 ? "One step" : `${this.run.steps} steps`;
    this.run = null;
  }

  on_tool_started(event) {
    const run = this.working();
    run.open += 1;
    run.title.textContent = event.tool;
    this.log(`${event.tool} ${event.arguments}`);
  }

  on_tool_ended(event) {
    const run = this.working();
    run.open = Math.max(0, run.open - 1);
    run.steps += 1;
    run.list.append(el("li", { class: event.ok ? "" : "fail" }, el("span", {}, `${event.tool}: ${event.summary}`)));
    this.log(event.result);
    if (run.passed && !run.open) this.endRun("");
  }

  on_round(event) {
    const run = this.working();
    run.steps += 1;
    run.title.textContent = event.text;
    const round = event.round;
    if (!round) {
      run.list.append(el("li", {}, el("span", {}, event.text)));
      return;
    }
    const verdict = round.verdict;
    const version = this.bench.add({
      label: `round ${round.number}: ${verdict.outcome}`, sources: round.candidate.sources, verdict, wave: "",
    });
    const kept = round.kept ? "" : ", rolled back";
    const judged = round.judgement ? ` · judge: ${round.judgement.issue}` : "";
    run.list.append(el("li", { class: verdict.outcome },
      el("span", {}, `${event.text}${kept}${judged}`),
      button("look", () => this.bench.open(version))));
  }

  log(text) {
    if (!text) return;
    this.run.log.append(`${text}\n\n`);
    this.run.log.parentElement.hidden = false;
  }

  on_verified(event) {
    const verdict = event.verdict;
    const version = this.bench.add({
      label: `${event.tool}: ${verdict.outcome}`, sources: event.sources, verdict, wave: event.wave, against: event.against,
    });
    const given = (event.given.length ? event.given : event.sources.map((source) => source.name)).join(", ");
    const first = verdict.first_mismatch ? ` First difference at ${count(verdict.first_mismatch.time)}: ${verdict.first_mismatch.signals.join(", ")}.` : "";
    this.put(el("section", { class: `card verdict ${verdict.outcome}`, "aria-label": "Verdict" },
      el("header", {},
        el("span", { class: `badge ${verdict.outcome}` }, verdict.outcome.toUpperCase()),
        el("b", {}, { pass: "Verified", fail: "Not verified", inconclusive: "Undecided" }[verdict.outcome]),
        el("small", {}, `by ${event.tool}, of ${given}`)),
      el("p", {}, `${verdictWords(verdict, event.against)}.${first}`),
      el("small", {}, `oracle ${event.oracle}`),
      el("div", { class: "buttons" },
        button("Code", () => this.bench.open(version, "code")),
        button("Waveform", () => this.bench.open(version, "wave")),
        button("Schematic", () => this.bench.open(version, "schematic")),
        button("Download", () => event.sources.forEach((source) => download(source.name, source.text))))));
  }

  on_unverified(event) {
    this.put(el("section", { class: "card doubt", "aria-label": "Not verified" },
      el("header", {}, el("span", { class: "badge inconclusive" }, "NOT VERIFIED")),
      el("p", {}, `“${event.claim}” is the model's sentence: ${event.why}.`)));
  }

  on_approval(event) {
    const buttons = el("div", { class: "buttons" },
      button("Approve and write", () => this.decide(event.id, "approve"), { class: "primary" }),
      button("Reject", () => this.decide(event.id, "reject")));
    const node = this.put(el("section", { class: "card approval", "aria-label": "Approval wanted" },
      el("header", {}, el("span", { class: "badge" }, event.new ? "NEW FILE" : "CHANGE"), el("b", { class: "mono" }, event.path)),
      diffView(event.diff), buttons));
    this.cards.set(event.id, { node, buttons });
  }

  on_decided(event) {
    const card = this.cards.get(event.id);
    const words = event.decision === "approve" ? "Approved." : "Rejected.";
    card?.buttons.replaceWith(el("p", { class: "soft" }, event.comment ? `${words} ${event.comment}` : words));
  }

  on_wrote(event) {
    if (event.undone) {
      this.put(el("div", { class: "told" }, `Undone: ${event.path}`));
      return;
    }
    const undo = button("Undo", () => this.try(post(`/api/talks/${this.id}/use`, { tool: "undo" })), { class: "plain" });
    this.put(el("div", { class: "told" }, `Written: ${event.path} `, undo));
  }

  on_turn_ended(event) {
    const used = event.usage;
    if (event.reason === "stopped") this.put(el("div", { class: "told" }, "Stopped."));
    if (event.reason === "cut off") this.put(el("div", { class: "told" }, "The answer was cut off."));
    if (used.calls) {
      const cost = used.cost === null ? "" : `, $${used.cost.toFixed(4)}`;
      this.put(el("div", { class: "told" }, `${count(used.prompt_tokens + used.completion_tokens)} tokens in ${used.calls} calls${cost}`));
    }
  }

  on_turn_failed(event) {
    this.put(el("section", { class: "card verdict fail", role: "alert" },
      el("header", {}, el("span", { class: "badge fail" }, "FAILED")), el("p", {}, event.message)));
  }

  decide(approval, decision) {
    this.try(post(`/api/talks/${this.id}/decide`, { approval, decision }));
  }

  async try(asked) {
    const problem = $("problem");
    problem.hidden = true;
    try {
      await asked;
      return true;
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
      return false;
    }
  }
}
