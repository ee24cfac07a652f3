"""RTLLM v2.0: 50 designs, each a description and a testbench that says whether it passed.

Source: github.com/hkust-zhiyao/RTLLM (MIT), arXiv 2308.05345 (v1) and 2503.15112 (v2.0). The rule
sets are described in docs/errata_rtllm.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from gatewright.core import Candidate, DataError, Problem, Provenance, UsageError, Verdict
from gatewright.datasets import rtllm as data_format
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.rtllm_errata import golden_answer, known_faults
from gatewright.eval.suites.rtllm_rules import (
    ERRATA,
    HARDENED,
    OFFICIAL,
    PASS,
    UNBUILT,
    HardenedRules,
    WordRules,
)
from gatewright.eval.suites.rtllm_table import Counts, table
from gatewright.models import Message, Role
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.tools.icarus import open_icarus


class Rtllm:
    """The suite. `open` gives the isolation in which candidates run."""

    name = data_format.SUITE
    rule_sets: Sequence[str] = (OFFICIAL, ERRATA, HARDENED)
    default_rules: Sequence[str] = (OFFICIAL, ERRATA, HARDENED)

    def __init__(self, open: Callable[[], Isolation] = open_isolation) -> None:
        self._open = open

    def load(self, data: Path | None) -> Dataset:
        """Read the designs from a copy of the published repository, whole or in part."""
        if data is None:
            raise DataError(
                f"{self.name} needs its data",
                hint=f"give --data DIR, or fetch it: gatewright datasets get {self.name}",
            )
        found = data_format.load(data)
        return Dataset(found.problems, found.sha256, str(found.folder))

    def messages(self, problem: Problem) -> Sequence[Message]:
        """The published prompt: the description and nothing else."""
        return (Message(Role.USER, problem.spec),)

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The coder's own extraction: RTLLM publishes none, and scores files of code."""
        from gatewright.agents.language import kit_for

        kit = kit_for(problem.language)
        code = kit.extract(response, problem.top, problem.header).code
        sources = (kit.source(problem, code),) if code.strip() else ()
        return Candidate(sources, Provenance.MODEL)

    def references(self, problem: Problem) -> Candidate:
        """The golden design as an answer."""
        return golden_answer(problem)

    def known_faults(self, rules: str) -> Mapping[str, str]:
        """The references that the published flow fails on the installed simulator, and why."""
        if rules != OFFICIAL:
            return {}
        return known_faults(open_icarus(self._isolation).major)

    def hardened_on(self, simulator: SimulatorChoice) -> Harness:
        """The hardened rule set, on that simulator."""
        return HardenedRules.on(self._isolation, simulator)

    def harness(self, rules: str) -> Harness:
        """The check of a rule set.

        Raises UsageError for an unknown name, ToolMissing without Icarus.
        """
        if rules in (OFFICIAL, ERRATA):
            return WordRules(rules, self._isolation, open_icarus(self._isolation))
        if rules == HARDENED:
            return self.hardened_on(SimulatorChoice.ICARUS)
        raise UsageError(
            f"{self.name} has no rule set {rules!r}", hint=f"choose of {', '.join(self.rule_sets)}"
        )

    def official_table(self, samples: Mapping[str, Sequence[Verdict | None]]) -> str:
        """The published figures of a run's `official` verdicts; None = no such sample."""
        return table({name: _counts(row) for name, row in samples.items() if row})

    @cached_property
    def _isolation(self) -> Isolation:
        return self._open()


def _counts(row: Sequence[Verdict | None]) -> Counts:
    codes = [verdict.code if verdict else "" for verdict in row]
    built = sum(code not in ("", UNBUILT) for code in codes)
    return Counts(len(codes), built, codes.count(PASS))
