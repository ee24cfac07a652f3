"""Suites of lines, answered by a model that sees the repository's parts and our drafts."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from gatewright.agents.complete_writer import ChatWriter
from gatewright.agents.completing import Policy
from gatewright.core import Problem, UsageError
from gatewright.eval.request import RunRequest
from gatewright.eval.runner import run
from gatewright.eval.suites.completion import Completion
from gatewright.eval.suites.completion_completers import Completers
from gatewright.eval.suites.completion_model import ModelCompletions
from gatewright.eval.suites.completion_place import place_of
from gatewright.eval.suites.completion_score import COPIES_REMOVED
from gatewright.eval.suites.rtlrepo import RtlRepo
from gatewright.eval.suites.starter import Starter
from gatewright.models import Completion as Answer
from gatewright.models import Message, Sampling

WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass
class Fixed:
    """Always gives the same answer; keeps what it was asked."""

    text: str
    asked: list[str] = field(default_factory=list)
    name: str = "fixed"

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        self.asked.append(messages[-1].text)
        return Answer(self.text)


def module(name: str, width: int) -> str:
    regs = "".join(f"  reg [{width}:0] {name}_{n};\n" for n in range(8))
    return f"module {name} (input clk);\n{regs}  helper u_h (.clk(clk));\nendmodule\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "one"
    folder.mkdir(parents=True)
    for name, width in (("alpha", 7), ("beta", 3), ("gamma", 1)):
        (folder / f"{name}.v").write_text(module(name, width))
    (folder / "copy.v").write_text(module("alpha", 7) + "// the copy\n")
    return tmp_path / "data"


def test_a_run_from_start_to_figures(data: Path, tmp_path: Path) -> None:
    suite, model = Completion(), Fixed("1")
    answers = ModelCompletions(suite, ChatWriter(model), Policy())
    summary = run(RunRequest(suite=suite, out=tmp_path / "run", answers=answers, data=data))
    assert summary.complete
    assert summary.rules["exact"].passed > 0.5 * summary.rules["exact"].total
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert "aided" in json.dumps(record) and "context_tokens" in json.dumps(record)


def test_only_what_a_problem_gives_is_shown(data: Path) -> None:
    suite, model = Completion(), Fixed("1")
    problems = suite.load(data).problems
    answers = ModelCompletions(suite, ChatWriter(model), Policy())
    for problem in problems:
        answers.answer(problem, 0)
        place = place_of(problem)
        assert "What follows" not in model.asked[-1]
        assert f"{place.path}, up to the cursor" in model.asked[-1]
        if problem.category == COPIES_REMOVED and place.path == "alpha.v":
            assert "copy.v" not in model.asked[-1]
    assert any("Candidates" in text for text in model.asked)


def hidden_words(suite: Completion, problem: Problem) -> set[str]:
    """What stands on the line asked for or below, and in no file that the problem gives."""
    place = place_of(problem)
    given = " ".join((place.before, *(source.text for source in problem.context)))
    whole = suite.repositories[place.repository][place.path]
    return set(WORD.findall(whole)) - set(WORD.findall(given))


def test_nothing_of_the_line_or_below_it_reaches_model_or_drafts(tmp_path: Path) -> None:
    rng = random.Random(5)
    words = [f"{rng.getrandbits(40):x}" for _ in range(200)]  # nobody guesses one from another
    for number in range(5):
        names = [f"n{word}" for word in words[20 * number :][:20]]
        body = "".join(f"  wire [3:0] {name};\n" for name in names)
        users = "".join(f"  assign {b} = {a};\n" for a, b in pairwise(names))
        file = tmp_path / "data" / "one" / f"m{number}.v"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"module m{number} (input clk);\n{body}{users}endmodule\n")
    suite, model = Completion(), Fixed("1")
    answers = ModelCompletions(suite, ChatWriter(model), Policy())
    checked = 0
    for problem in suite.load(tmp_path / "data").problems:
        answers.answer(problem, 0)
        hidden = hidden_words(suite, problem)
        assert not hidden & set(WORD.findall(model.asked[-1]))
        completer, without = Completers(suite).of(problem)
        place = place_of(problem)
        found = completer.complete(place.path, place.before, k=50, without=without)
        assert not hidden & {w for draft in found for w in WORD.findall(draft.text)}
        checked += bool(hidden & set(WORD.findall(problem.reference[0].text)))
    assert checked >= 3  # lines that hold a word of their own


def test_bare_means_the_file_alone(data: Path) -> None:
    suite, model = Completion(), Fixed("```\n  wire w;\n```")
    problem = suite.load(data).problems[0]
    found = ModelCompletions(suite, ChatWriter(model), Policy(), aided=False).answer(problem, 0)
    assert found.best is not None and found.best.sources[0].text == "  wire w;"
    assert "Candidates" not in model.asked[0] and "From the rest" not in model.asked[0]


def test_a_suite_that_brings_its_context_and_names_that_lead_elsewhere(tmp_path: Path) -> None:
    row = {
        "repo_name": "r",
        "file_path": "top.v",
        "context": [
            {"path": "leaf.v", "snippet": "module leaf (input clk, input rst);\nendmodule\n"},
            {"path": "../outside.v", "snippet": "module outside;\nendmodule\n"},
        ],
        "cropped_code": "module top;\r\n  wire clk, rst;\r\n  leaf u (\r\n    .clk(clk),\r\n",
        "next_line": "    .rst(rst)\r",
    }
    (tmp_path / "test.jsonl").write_text(json.dumps(row) + "\n")
    suite, model = RtlRepo(), Fixed("1")
    problem = suite.load(tmp_path).problems[0]
    found = ModelCompletions(suite, ChatWriter(model), Policy()).answer(problem, 0)
    assert found.best is not None and found.best.sources[0].text == row["next_line"]
    assert "module leaf" in model.asked[0]
    assert not (tmp_path.parent / "outside.v").exists()


def test_other_suites_are_refused() -> None:
    with pytest.raises(UsageError, match="--agent aided"):
        ModelCompletions(Starter(), ChatWriter(Fixed("")), Policy())
