"""The prompts as a model gets them, word for word: a change shows up in review.

After a change that is meant: `GATEWRIGHT_UPDATE_PROMPTS=1 pytest tests/agents/test_prompts.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import jinja2
import pytest

from gatewright.agents import view
from gatewright.agents.coder import Coder, Draft
from gatewright.agents.judge import Judge
from gatewright.agents.language import kit_for
from gatewright.agents.prompts import render
from gatewright.agents.task import Task
from gatewright.core import (
    Candidate,
    Cycle,
    Diagnostic,
    Direction,
    FailureClass,
    Fault,
    FirstMismatch,
    Interface,
    Judgement,
    Language,
    Oracle,
    Outcome,
    Port,
    Problem,
    Sampled,
    Severity,
    Source,
    Verdict,
)

from .conftest import ScriptedModel

SNAPSHOTS = Path(__file__).parent / "prompts"
PROBLEM = Problem(
    "p",
    "Invert each bit of d after one clock cycle.\n",
    top="inverter",
    interface=Interface(
        "inverter",
        (
            Port("clk", Direction.INPUT),
            Port("d", Direction.INPUT, 2, False, 1, 0),
            Port("q", Direction.OUTPUT, 2, False, 1, 0),
        ),
    ),
    context=(Source("lib.sv", "module lib (input x);\nendmodule\n"),),
)
DESIGN = Candidate(
    (
        Source(
            "inverter.sv",
            "module inverter (input clk, input [1:0] d, output reg [1:0] q);\n"
            "    reg unused;\n    wire a, b, c, e, f, g, h;\n\n"
            "    // never read\n    assign a = b;\n    assign c = e;\n    assign f = g;\n"
            "    always @(posedge clk)\n        q <= d;\nendmodule\n",
        ),
    )
)
MISMATCH = Verdict(
    Outcome.FAIL,
    FailureClass.MISMATCH,
    0.75,
    100,
    25,
    FirstMismatch(
        15,
        ("q",),
        (
            Cycle(5, (Sampled("d", "00"), Sampled("q", "xx", "xx"))),
            Cycle(15, (Sampled("d", "01"), Sampled("q", "01", "10"))),
        ),
    ),
)
BROKEN = Verdict(
    Outcome.FAIL,
    FailureClass.ELABORATION,
    diagnostics=(Diagnostic(Severity.ERROR, "unknown module lob", "inverter.sv", 3),),
)
JUDGEMENT = Judgement(Fault.DESIGN, "line 10", "q is not inverted", "d 00 gives q 00", "q <= ~d")
LESSONS = ['Round 1, "q <= !d": 50 of 100 checks fail. Rolled back.']


def task(language: Language, structure: str = "") -> Task:
    return Task(PROBLEM, kit_for(language), structure)


def asked(model: ScriptedModel) -> str:
    return "\n".join(f"--- {m.role} ---\n{m.text}" for m in model.asked[-1])


def compare(name: str, text: str) -> None:
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("GATEWRIGHT_UPDATE_PROMPTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("language", [Language.VERILOG, Language.SYSTEMVERILOG])
def test_first(language: Language) -> None:
    model = ScriptedModel(["none"])
    structure = "If d is 0, q becomes 3." if language is Language.VERILOG else ""
    Coder(task(language, structure), model).first()
    compare(f"first_{language}", asked(model))


def test_repair() -> None:
    model = ScriptedModel(["none"])
    Coder(task(Language.SYSTEMVERILOG), model).repair(Draft(DESIGN), BROKEN)
    compare("repair", asked(model))


def test_repair_of_an_answer_that_broke_off() -> None:
    model = ScriptedModel(["none"])
    verdict = Verdict(Outcome.FAIL, FailureClass.NO_CODE)
    Coder(task(Language.SYSTEMVERILOG), model).repair(Draft(Candidate(()), "", True), verdict)
    compare("repair_nothing", asked(model))


def test_edit_and_edit_again() -> None:
    model = ScriptedModel(["hm", "still nothing"])
    Coder(task(Language.SYSTEMVERILOG), model).edit(DESIGN, MISMATCH, JUDGEMENT, LESSONS)
    compare("edit", asked(model))


def test_judge_and_judge_again() -> None:
    model = ScriptedModel(["hm", "still nothing"])
    judge = Judge(task(Language.SYSTEMVERILOG), model, Oracle.DERIVED)
    judge.judge(DESIGN, MISMATCH, LESSONS)
    compare("judge", asked(model))


def test_a_template_that_lacks_a_value_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("verilog/first.md", spec="x")


def test_text_that_looks_like_a_template_is_left_alone() -> None:
    problem = Problem("p", "Drive {{ q }} with {% raw %} & <b>.", top="t")
    text = Task(problem, kit_for(Language.VERILOG)).render("first")
    assert "Drive {{ q }} with {% raw %} & <b>." in text
    assert view.contract(problem) == ""
