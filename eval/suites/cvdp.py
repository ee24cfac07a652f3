"""CVDP: code generation, modification and debugging, graded by cocotb tests; without Docker.

Source: github.com/NVlabs/cvdp_benchmark (Apache-2.0), arXiv 2506.14074. Categories 2 to 5, 7
and 16, of non-agentic and agentic sets; docs/cvdp.md says what is left out and how graders are run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from gatewright.core import Candidate, DataError, Problem, Provenance, UsageError, Verdict
from gatewright.datasets import cvdp as data_format
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.cvdp_extract import extract
from gatewright.eval.suites.cvdp_prompt import answers_of, messages
from gatewright.eval.suites.cvdp_table import Counts, table
from gatewright.models import Message
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.isolation import Isolation, open_isolation

OFFICIAL, HARDENED = "official", "hardened"


class Cvdp:
    """The suite. `open` gives the isolation in which graders run: bwrap, or a container."""

    name = data_format.SUITE
    rule_sets: Sequence[str] = (OFFICIAL, HARDENED)
    default_rules: Sequence[str] = (OFFICIAL, HARDENED)

    def __init__(self, open: Callable[[], Isolation] = open_isolation) -> None:
        self._open = open
        self._systems: Mapping[str, str] = {}
        self._categories: Mapping[str, str] = {}

    def load(self, data: Path | None) -> Dataset:
        """Read the datapoints that can be run here; `Dataset.left_out` names the others."""
        if data is None:
            raise DataError(
                f"{self.name} needs its data",
                hint="give --data DIR: a folder of cvdp*.jsonl files, or one of them "
                "(huggingface.co/datasets/nvidia/cvdp-benchmark-dataset); "
                f"or fetch the examples: gatewright datasets get {self.name}",
            )
        found = data_format.load(data)
        if not found.problems:
            raise DataError(
                f"none of the {len(found.left_out)} datapoints can be run here",
                where=str(data),
                hint=f"the first {found.left_out[0].why}",
            )
        self._systems = found.systems
        self._categories = {problem.id: problem.category for problem in found.problems}
        left = {each.id: f"{each.category}: {each.why}" for each in found.left_out}
        return Dataset(found.problems, found.sha256, str(found.path), left)

    def messages(self, problem: Problem) -> Sequence[Message]:
        """The published prompt."""
        return messages(problem, answers_of(problem), self._systems.get(problem.id, ""))

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The published reading of an answer; of agentic ones, the patch that they end with."""
        return extract(problem, response, agentic=bool(self._systems.get(problem.id)))

    def references(self, problem: Problem) -> Candidate:
        """The solution. Raises DataError where the file has none."""
        if not problem.reference:
            raise DataError(
                "has no solution: the public sets come without",
                where=problem.id,
                hint="use a file that ends with _with_solutions.jsonl",
            )
        return Candidate(problem.reference, Provenance.REFERENCE)

    def harness(self, rules: str) -> Harness:
        """The check of a rule set. Raises UsageError for an unknown name."""
        if rules not in self.rule_sets:
            raise UsageError(
                f"{self.name} has no rule set {rules!r}",
                hint=f"choose of {', '.join(self.rule_sets)}",
            )
        from gatewright.sandbox.harness.grader import GraderHarness

        return GraderHarness(self._isolation, rules)

    def cost(self, problem: Problem) -> float:
        """The length of the grader: nothing else is known of what it takes."""
        spec = problem.harness
        files = getattr(spec, "files", ())
        return float(sum(len(source.text) for source in files))

    def official_table(self, samples: Mapping[str, Sequence[Verdict | None]]) -> str:
        """The published figures of a run's `official` verdicts, and pass@k without its bias."""
        rows = (
            Counts(
                self._categories.get(name, ""),
                len(row),
                sum(verdict is not None and verdict.passed for verdict in row),
            )
            for name, row in samples.items()
            if row
        )
        return table(list(rows))

    @cached_property
    def _isolation(self) -> Isolation:
        return self._open()
