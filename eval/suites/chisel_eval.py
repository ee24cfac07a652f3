"""VerilogEval v2's specifications answered in Chisel, under VerilogEval's own rule sets.

An answer is built into SystemVerilog and then meets the published testbench like any other; a
golden design in Verilog goes straight through. There is no published prompt for Chisel: the
question is the published one, the system message is this project's own for Chisel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from gatewright.core import Candidate, Language, Problem, Provenance, Source
from gatewright.datasets.verilogeval import Task
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.verilogeval import VerilogEval
from gatewright.eval.suites.verilogeval_rules import ERRATA, HARDENED, OFFICIAL
from gatewright.models import Message, Role
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.isolation import Isolation, open_isolation

_ANSWER = "Give the complete Chisel source in one fenced code block."


class ChiselEval:
    """`chisel-eval`: 156 specifications. `open` gives the isolation in which candidates run."""

    name = "chisel-eval"
    rule_sets: Sequence[str] = (OFFICIAL, ERRATA, HARDENED)
    default_rules: Sequence[str] = (OFFICIAL, ERRATA, HARDENED)

    def __init__(self, open: Callable[[], Isolation] = open_isolation) -> None:
        self._open = open
        self._verilog = VerilogEval(Task.SPEC_TO_RTL, lambda: self._isolation)

    def load(self, data: Path | None) -> Dataset:
        """Read VerilogEval's problems, to be answered in Chisel."""
        found = self._verilog.load(data)
        problems = (replace(problem, language=Language.CHISEL) for problem in found.problems)
        return replace(found, problems=tuple(problems))

    def messages(self, problem: Problem) -> Sequence[Message]:
        """The specification, with this project's rules for Chisel."""
        from gatewright.agents.prompts import render

        system = render("chisel/system.md", top=problem.top)
        return Message(Role.SYSTEM, system), Message(
            Role.USER, f"{problem.spec.strip()}\n\n{_ANSWER}\n"
        )

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The block that defines the top class, with what it uses."""
        from gatewright.agents.extract_chisel import extract_chisel

        code = extract_chisel(response, problem.top).code
        if not code.strip():
            return Candidate((), Provenance.MODEL, note="the answer holds no Chisel module")
        source = Source(f"{problem.top}.scala", code, Language.CHISEL)
        return Candidate((source,), Provenance.MODEL)

    def references(self, problem: Problem) -> Candidate:
        """The golden design, which is Verilog."""
        return self._verilog.references(problem)

    def known_faults(self, rules: str) -> Mapping[str, str]:
        """The references that the published flow fails on the installed simulator, and why."""
        return self._verilog.known_faults(rules)

    def cost(self, problem: Problem) -> float:
        """CPU seconds that checking the golden design takes, roughly."""
        return self._verilog.cost(problem)

    def hardened_on(self, simulator: SimulatorChoice) -> Harness:
        """The hardened rule set, on that simulator."""
        return self._through(self._verilog.hardened_on(simulator))

    def harness(self, rules: str) -> Harness:
        """VerilogEval's rule set, behind the Chisel builder. Raises UsageError for another name.

        Raises ToolMissing without Icarus; without Chisel when the first answer in it is checked.
        """
        return self._through(self._verilog.harness(rules))

    def _through(self, inner: Harness) -> Harness:
        from gatewright.sandbox.harness.chisel import ChiselHarness

        return ChiselHarness(self._isolation, inner)

    @cached_property
    def _isolation(self) -> Isolation:
        return self._open()
