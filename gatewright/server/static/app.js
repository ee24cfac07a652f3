// The page: who may see it, what is open, where a message goes.

import { $, button, el } from "./dom.js";
import { get, signIn, tokenInAddress } from "./api.js";
import { showActions } from "./actions.js";
import { Bench } from "./bench.js";
import { Lists } from "./lists.js";
import { Talk } from "./talk.js";

const EXAMPLES = [
  "a module named maj with inputs a, b, c and output y, y = a b + a c + b c",
  `Write a module named \`vending\` with the following interface. All ports are one bit.

- input clk
- input areset
- input coin
- output dispense

It is a Moore state machine. The asynchronous active-high reset \`areset\` puts it into EMPTY.

    EMPTY (dispense=0) --coin=0--> EMPTY
    EMPTY (dispense=0) --coin=1--> ONE
    ONE   (dispense=0) --coin=0--> ONE
    ONE   (dispense=0) --coin=1--> FULL
    FULL  (dispense=1) --coin=0--> EMPTY
    FULL  (dispense=1) --coin=1--> ONE`,
];

async function begin() {
  const token = tokenInAddress();
  if (token) await signIn(token).catch((error) => { $("door-problem").textContent = error.message; });
  let state;
  try {
    state = await get("/api/state");
  } catch (error) {
    knock(error.status === 401 ? "" : error.message);
    return;
  }
  start(state);
}

function knock(problem) {
  const door = $("door");
  door.hidden = false;
  $("app").hidden = true;
  if (problem) $("door-problem").textContent = problem;
  $("token").focus();
  door.onsubmit = async (event) => {
    event.preventDefault();
    try {
      await signIn($("token").value.trim());
      $("token").value = "";
      start(await get("/api/state"));
    } catch (error) {
      $("door-problem").textContent = error.message;
    }
  };
}

function start(state) {
  $("door").hidden = true;
  $("app").hidden = false;
  $("model").textContent = `${state.model} · ${state.folders.map((folder) => folder.name).join(", ")} · ${state.version}`;
  $("model").title = `${state.why}; ${state.folders.map((folder) => folder.root).join(", ")}`;
  const bench = new Bench();
  const talk = new Talk(bench, () => {
    lists.show(talk.id);
    remember(talk.id);
  });
  const lists = new Lists(state, bench, (id) => { go(id); look("talk"); });

  function remember(id) {
    const wanted = id ? `#${id}` : "";
    if (location.hash !== wanted) history.pushState(null, "", location.pathname + wanted);
  }
  function go(id) {
    remember(id);
    $("problem").hidden = true;
    if (id) {
      talk.open(id);
    } else {
      talk.reset("");
      $("title").textContent = "New conversation";
      $("events").append(hello(state, (text) => { $("say").value = text; grow(); $("say").focus(); }));
    }
    lists.show(id);
  }
  window.addEventListener("popstate", () => go(idInAddress()));

  const say = $("say");
  const grow = () => {
    say.style.height = "auto";
    say.style.height = `${Math.min(say.scrollHeight, window.innerHeight * 0.4)}px`;
  };
  const send = async (message) => {
    $("send").disabled = true;
    const sent = await talk.try(talk.send(message));
    $("send").disabled = false;
    return sent;
  };
  say.addEventListener("input", grow);
  say.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!talk.busy) $("composer").requestSubmit();
    }
  });
  $("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = say.value;
    if (!text.trim() || talk.busy || $("send").disabled) return;
    if (await send({ text })) { say.value = ""; grow(); }
  });
  $("stop").addEventListener("click", () => talk.try(talk.stop()));
  $("new").addEventListener("click", () => { go(""); look("talk"); say.focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && talk.busy && !$("sheet").open) talk.try(talk.stop());
  });
  showActions(state.actions, state.folders, send);
  dock();
  go(idInAddress());
  say.focus();
}

function idInAddress() {
  const found = /^#([0-9a-z]+)$/i.exec(location.hash);
  return found ? found[1] : "";
}

function hello(state, use) {
  const reads = state.manner === "symbolic"
    ? "No model is set: structured specifications are understood (equations, tables, state machines, short sentences), and every tool works. Type help to see what else."
    : `Answers come from ${state.model}.`;
  return el("section", { class: "hello" },
    el("h2", {}, "What do you want to build?"),
    el("p", {}, `${reads} Nothing counts as verified unless a tool says so, and no file is written before you approve it.`),
    ...EXAMPLES.map((text) => button(text, () => use(text))));
}

function look(view) {
  document.body.dataset.view = view;
}

function dock() {
  const buttons = [...$("dock").children];
  const mark = () => buttons.forEach((one) => one.setAttribute("aria-current", String(one.dataset.view === document.body.dataset.view)));
  buttons.forEach((one) => one.addEventListener("click", () => look(one.dataset.view)));
  new MutationObserver(mark).observe(document.body, { attributes: true, attributeFilter: ["data-view"] });
  mark();
}

begin();
