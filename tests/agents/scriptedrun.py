"""Runs of the loop with models and checks that follow a script."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from gatewright.agents import Listener, LoopPolicy, solve
from gatewright.core import (
    Candidate,
    Diagnostic,
    FailureClass,
    HarnessSpec,
    Outcome,
    Problem,
    ReferenceSpec,
    Severity,
    Source,
    TestbenchSpec,
    Trajectory,
    Verdict,
)
from gatewright.sandbox.harness import Harness

from .conftest import Answer, ScriptedModel

PROBLEM = Problem(
    "p1",
    "Write something.",
    top="top",
    harness=TestbenchSpec((Source("tb.sv", "module tb; endmodule"),)),
)
JUDGEMENT = json.dumps(
    {"fault": "design", "location": "line 2", "issue": "off", "why": "seen", "fix": "more"}
)
BLAMES_SPEC = JUDGEMENT.replace("design", "spec")


def code(body: str) -> str:
    return f"module top (input a, output b);\n    assign b = {body};\nendmodule\n"


def answer(body: str) -> str:
    return f"```verilog\n{code(body)}```"


def edit(old: str, new: str) -> str:
    return (
        f"<<<<<<< SEARCH\n    assign b = {old};\n=======\n    assign b = {new};\n>>>>>>> REPLACE\n"
    )


_DIFFERS = FailureClass.MISMATCH


@dataclass
class ScoringHarness:
    """Scores the constant that the code assigns: 100 passes, `bad` does not parse."""

    checked: list[str] = field(default_factory=list)
    rules: str = "scripted"

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        self.checked.append(candidate.text)
        body = candidate.text.split("=", 1)[1].split(";")[0].strip()
        if isinstance(problem.harness, ReferenceSpec):
            same = problem.harness.reference[0].text.split("//")[0] == candidate.text.split("//")[0]
            return Verdict(Outcome.PASS if same else Outcome.FAIL, None if same else _DIFFERS)
        if body.startswith("bad"):
            said = (Diagnostic(Severity.ERROR, "syntax error near bad", "top.sv", 2),)
            return Verdict(Outcome.FAIL, FailureClass.SYNTAX, diagnostics=said)
        if problem.harness is None:
            return Verdict(Outcome.INCONCLUSIVE)
        value = int(body)
        if value == 100:
            return Verdict(Outcome.PASS, score=1.0, checks=100, mismatches=0)
        return Verdict(
            Outcome.FAIL, FailureClass.MISMATCH, value / 100, 100, mismatches=100 - value
        )


@dataclass
class Run:
    """One run of `solve`, and what was seen on the way."""

    trajectory: Trajectory
    model: ScriptedModel
    harness: ScoringHarness

    @property
    def scores(self) -> list[float]:
        return [round.verdict.score for round in self.trajectory.rounds]

    @property
    def kept(self) -> list[bool]:
        return [round.kept for round in self.trajectory.rounds]


def run(
    answers: Sequence[Answer],
    policy: LoopPolicy | None = None,
    problem: Problem = PROBLEM,
    listener: Listener | None = None,
) -> Run:
    model, harness = ScriptedModel(list(answers)), ScoringHarness()

    def harnesses(spec: HarnessSpec | None) -> Harness:
        return harness

    chosen = policy or LoopPolicy(symbolic=False)
    trajectory = solve(problem, model=model, harnesses=harnesses, policy=chosen, listener=listener)
    return Run(trajectory, model, harness)
