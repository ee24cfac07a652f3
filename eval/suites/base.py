"""What a benchmark is to the runner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from gatewright.core import Candidate, Problem
from gatewright.models import Message
from gatewright.sandbox.harness import Harness

if TYPE_CHECKING:
    from gatewright.retrieval.embedding import Embedding


@dataclass(frozen=True, slots=True)
class Dataset:
    """A benchmark's problems as loaded, the hash of the files they came from, and where from.

    `left_out` says of problems that cannot be run on any machine like this one why not, by id.
    """

    problems: tuple[Problem, ...]
    sha256: str
    path: str
    left_out: Mapping[str, str] = field(default_factory=dict)


class Suite(Protocol):
    """A benchmark: its problems, its official prompt, its answer extraction and its rule sets."""

    @property
    def name(self) -> str:
        """The name on the command line."""
        ...

    @property
    def rule_sets(self) -> Sequence[str]:
        """Names of the rule sets, the most lenient first, the strictest last."""
        ...

    @property
    def default_rules(self) -> Sequence[str]:
        """The rule sets applied when the user names none."""
        ...

    def load(self, data: Path | None) -> Dataset:
        """Read the problems. Raises DataError with what to do where the folder is not one."""
        ...

    def messages(self, problem: Problem) -> Sequence[Message]:
        """The benchmark's own prompt for a single-shot answer."""
        ...

    def extract(self, problem: Problem, response: str) -> Candidate:
        """The benchmark's own extraction; a candidate without sources where there is no code."""
        ...

    def harness(self, rules: str) -> Harness:
        """The check that rule set stands for. Raises UsageError for an unknown name."""
        ...

    def references(self, problem: Problem) -> Candidate:
        """The golden answer, named as an answer must be."""
        ...


@runtime_checkable
class ComparesVectors(Protocol):
    """A suite with a baseline that compares vectors."""

    def compare_with(self, embedding: Embedding | None) -> str:
        """Take these, or a stand-in of its own; told before `load`. Returns the name to record."""
        ...


@runtime_checkable
class HoldsKernels(Protocol):
    """A suite of kernels: no simulator checks it, and it can tell how good what passes is."""

    def versions(self) -> dict[str, str]:
        """The tools that a figure depends on. Raises ToolMissing where one is not there."""
        ...

    def estimate_for(self, gpu: str) -> str:
        """Have answers compiled and counted for that GPU ('' = a usual one); told before
        `harness`. Returns the name to record. Raises UsageError for an unknown one."""
        ...


@runtime_checkable
class Correcting(Protocol):
    """A `Harness` that may check another problem than the one published: a corrected one."""

    def as_checked(self, problem: Problem, candidate: Candidate) -> Problem:
        """The problem as it is checked with this candidate."""
        ...
