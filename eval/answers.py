"""Where a run's answers come from: an agent, a file, or the benchmark's own references."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from gatewright.core import (
    Candidate,
    DataError,
    Language,
    Oracle,
    Problem,
    Provenance,
    Source,
    Trajectory,
    UsageError,
)
from gatewright.eval.generations import Generation, read_generations
from gatewright.eval.rows import Key, SampleRow, sample_row
from gatewright.eval.schedule import in_order
from gatewright.eval.suites import Suite


class AnswerKind(StrEnum):
    """Who gives the answers."""

    AGENT = "agent"
    GENERATIONS = "generations"
    REFERENCES = "references"


@dataclass(frozen=True, slots=True)
class Origins:
    """What `run.json` says about the answers; a resumed run must say the same.

    `parameters` holds whatever else changes the answers: sampling, rounds, budgets.
    `sha256` is the hash of the file they come from, '' where there is none.
    """

    kind: AnswerKind
    model: str = ""
    agent: str = ""
    oracle: Oracle = Oracle.NONE
    parameters: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    sha256: str = ""


@runtime_checkable
class Asked(Protocol):
    """Answers that are worked out one by one. Safe to call from several threads at once."""

    @property
    def origins(self) -> Origins:
        """What to record about them."""
        ...

    def answer(self, problem: Problem, sample: int) -> Trajectory:
        """Work one out. Raises ModelError, and what tools raise."""
        ...


@runtime_checkable
class Given(Protocol):
    """Answers that exist already."""

    @property
    def origins(self) -> Origins:
        """What to record about them."""
        ...

    def samples(self) -> int:
        """How many a problem has, at most."""
        ...

    def rows(
        self, suite: Suite, known: Sequence[Problem], wanted: Sequence[Problem], samples: int
    ) -> Iterator[SampleRow]:
        """The answers to the wanted ones of the known problems. Raises DataError, UsageError."""
        ...


Answers = Asked | Given

MISSING = "no such answer in the file"
"""The note of an answer that a file should hold and does not: it counts as failed."""

_SUFFIX = {
    Language.VERILOG: ".v",
    Language.SYSTEMVERILOG: ".sv",
    Language.CHISEL: ".scala",
    Language.CUDA: ".cu",
    Language.TRITON: ".py",
    Language.PYTHON: ".py",
}


def code_candidate(problem: Problem, code: str) -> Candidate:
    """The candidate that a bare text of code is; blank text is no code."""
    if not code.strip():
        return Candidate((), Provenance.MODEL)
    name = f"{problem.top or 'design'}{_SUFFIX[problem.language]}"
    return Candidate((Source(name, code, problem.language),), Provenance.MODEL)


class Generations:
    """The answers in a file of JSON lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        per_task: Counter[str] = Counter()
        highest = 0
        for row in read_generations(path):
            per_task[row.task] += 1
            highest = max(highest, row.sample)
        self._samples = highest + 1
        self._most = max(per_task.values())
        self._tasks = tuple(per_task)

    @property
    def origins(self) -> Origins:
        """The file's name and hash."""
        try:
            with self._path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", where=str(self._path)) from error
        return Origins(AnswerKind.GENERATIONS, model=self._path.name, sha256=digest)

    def samples(self) -> int:
        """The highest sample number, counted from 1.

        Raises DataError where no task has that many answers: then the numbers start at 1, or one of
        them is a slip, and most of what is wanted would count as failed for want of an answer.
        """
        if self._samples > self._most:
            raise DataError(
                f"the highest sample number is {self._samples - 1}, but no task has more than "
                f"{self._most} answers",
                where=str(self._path),
                hint="samples count from 0; if some are missing, say with --samples how many "
                "a problem should have",
            )
        return self._samples

    def rows(
        self, suite: Suite, known: Sequence[Problem], wanted: Sequence[Problem], samples: int
    ) -> Iterator[SampleRow]:
        """The file's answers, in its order, then an answer without code for each that it lacks.

        Raises before the first row, so that a run that cannot begin leaves nothing behind.
        """
        if samples < self._samples:
            raise UsageError(
                f"holds samples 0 to {self._samples - 1}, but {samples} were asked for",
                where=str(self._path),
                hint="leave --samples out",
            )
        problems = {problem.id: problem for problem in known}
        unknown = next((task for task in self._tasks if task not in problems), None)
        if unknown is not None:
            raise DataError(
                f"{suite.name} has no task {unknown!r}",
                where=str(self._path),
                hint=f"its tasks are called like {next(iter(problems), '')!r}",
            )
        return self._rows(suite, problems, in_order((problem.id for problem in wanted), samples))

    def _rows(
        self, suite: Suite, problems: Mapping[str, Problem], wanted: Sequence[Key]
    ) -> Iterator[SampleRow]:
        missing = dict.fromkeys(wanted)
        for row in read_generations(self._path):
            if row.key in missing:
                del missing[row.key]
                yield self._sample(suite, problems[row.task], row)
        for key in missing:
            nothing = Candidate((), Provenance.MODEL, key.sample, note=MISSING)
            yield sample_row(key.task, nothing, Oracle.NONE, None)

    @staticmethod
    def _sample(suite: Suite, problem: Problem, row: Generation) -> SampleRow:
        if row.is_response:
            candidate = suite.extract(problem, row.text)
        else:
            candidate = code_candidate(problem, row.text)
        return sample_row(problem.id, replace(candidate, sample=row.sample), Oracle.NONE, None)


class References:
    """The benchmark's own answers: what the best possible run would give."""

    @property
    def origins(self) -> Origins:
        """Nothing but the kind."""
        return Origins(AnswerKind.REFERENCES)

    def samples(self) -> int:
        """One a problem."""
        return 1

    def rows(
        self, suite: Suite, known: Sequence[Problem], wanted: Sequence[Problem], samples: int
    ) -> Iterator[SampleRow]:
        """The golden answer to each problem, once a sample."""
        for problem in wanted:
            golden = replace(suite.references(problem), provenance=Provenance.REFERENCE)
            for sample in range(samples):
                yield sample_row(problem.id, replace(golden, sample=sample), Oracle.NONE, None)
