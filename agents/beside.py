"""Checks of designs that stand in a repository: each with the files of it that it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.agents.library import Library
from gatewright.agents.oracle import HarnessFactory
from gatewright.agents.windows import Recording, Windowed
from gatewright.core import Candidate, HarnessSpec, Problem, ReferenceSpec, Verdict
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.harness.chisel import ChiselHarness


@dataclass(frozen=True, slots=True)
class Beside:
    """A harness that finds the repository's files beside the candidate, as its context."""

    harness: Harness
    library: Library

    @property
    def rules(self) -> str:
        """The name of the rule set."""
        return self.harness.rules

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """The harness's verdict. Raises as it does, and DataError for far too many files."""
        return self.harness.check(among(self.library, problem, candidate), candidate)


@dataclass(frozen=True, slots=True)
class RecordingBeside:
    """The same of a harness that can keep a waveform."""

    harness: Recording
    library: Library

    @property
    def rules(self) -> str:
        """The name of the rule set."""
        return self.harness.rules

    def check(
        self, problem: Problem, candidate: Candidate, *, waveform: Path | None = None
    ) -> Verdict:
        """The harness's verdict; `waveform` is where to keep a failing simulation's VCD."""
        whole = among(self.library, problem, candidate)
        return self.harness.check(whole, candidate, waveform=waveform)


@dataclass(frozen=True, slots=True)
class BesideLibrary:
    """Makes the checks that another factory makes, each among the repository's files."""

    harnesses: HarnessFactory
    library: Library

    def __call__(self, spec: HarnessSpec | None) -> Harness:
        """The harness for a kind of specification."""
        made = self.harnesses(spec)
        if isinstance(made, ChiselHarness):  # what it emits is put among the files
            return replace(made, inner=self._among(made.inner))
        return self._among(made)

    def _among(self, made: Harness) -> Harness:
        if isinstance(made, Windowed):
            return Windowed(RecordingBeside(made.harness, self.library))
        return Beside(made, self.library)


def among(library: Library, problem: Problem, candidate: Candidate) -> Problem:
    """The problem with what the candidate, and a reference, need of the repository.

    What the problem has already is not given twice.
    """
    spec = problem.harness
    if isinstance(spec, ReferenceSpec):
        spec = replace(spec, reference=library.whole(spec.reference))
    given = {source.name for source in problem.context}
    found = library.sources((*problem.context, *candidate.sources))
    needed = (source for source in found if source.name not in given)
    return replace(problem, context=(*needed, *problem.context), harness=spec)
