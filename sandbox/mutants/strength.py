"""How much a check sees: which wrong designs it rejects, and where it looks away.

A mutant that a check passes either behaves like the reference, so that nothing could reject it, or
shows a gap. Which of the two it is a proof of equivalence tells, or a co-simulation that finds a
difference; without either it counts against the check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol, TypeVar

from gatewright.core import (
    Candidate,
    FailureClass,
    GatewrightError,
    Outcome,
    Problem,
    ReferenceSpec,
    Verdict,
)
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.mutants.mutant import Mutant, mutants
from gatewright.sandbox.mutants.probes import inverted, outputs_of, without_initial_values

T = TypeVar("T")
R = TypeVar("R")

_CYCLES = 500
_NO_DESIGN = frozenset(
    {
        FailureClass.NO_CODE,
        FailureClass.UNSAFE,
        FailureClass.SYNTAX,
        FailureClass.ELABORATION,
        FailureClass.INTERFACE,
    }
)


class Fate(StrEnum):
    """What became of a mutant. SURVIVED: passed, and nobody knows yet whether it is equivalent."""

    KILLED = "killed"
    SURVIVED = "survived"
    DIFFERENT = "different"
    EQUIVALENT = "equivalent"
    STILLBORN = "stillborn"


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant and its fate. DIFFERENT: it passed, and yet another check tells it apart."""

    mutant: Mutant
    fate: Fate


@dataclass(frozen=True, slots=True)
class Strength:
    """What a check is worth.

    `reference` is its verdict on the design that is right; where that is no pass, nothing else was
    measured. `masked` is the share of its samples on which a design with all outputs inverted goes
    unnoticed: the expected values are x there, or nothing is compared (None = it counts no
    samples); `unwatched` are the outputs whose inversion goes unnoticed throughout. `blind_to`
    names the designs that do nothing and pass. `power_up`: it fails the reference without its
    initial values (None = that has none).
    """

    reference: Verdict
    trials: tuple[Trial, ...] = ()
    masked: float | None = None
    unwatched: tuple[str, ...] = ()
    blind_to: tuple[str, ...] = ()
    power_up: bool | None = None
    cpu_s: float = 0.0

    @property
    def sound(self) -> bool:
        """It passes the design that is right."""
        return self.reference.passed

    @property
    def checks(self) -> int:
        """The comparisons made on the reference."""
        return self.reference.checks

    def count(self, *fates: Fate) -> int:
        """How many mutants had one of these fates."""
        return sum(trial.fate in fates for trial in self.trials)

    @property
    def survivors(self) -> tuple[Trial, ...]:
        """The mutants that passed and are not proved equivalent."""
        return tuple(t for t in self.trials if t.fate in (Fate.SURVIVED, Fate.DIFFERENT))

    @property
    def score(self) -> float | None:
        """Killed mutants among those that can be told from the reference; None = there are none."""
        killed = self.count(Fate.KILLED)
        total = killed + len(self.survivors)
        return killed / total if total else None


class Mapper(Protocol):
    """Carries out a function on tasks; the results may come in any order."""

    def __call__(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterable[R]:
        """All results."""
        ...


def one_by_one(function: Callable[[T], R], tasks: Iterable[T]) -> Iterable[R]:
    """The tasks in their order, in this thread."""
    return map(function, tasks)


@dataclass(frozen=True, slots=True)
class Bench:
    """A check with the design that is right for it: `problem.harness` says what `harness` runs.

    `top` is the design's module. `stubs` are designs that do nothing, by name.
    """

    problem: Problem
    harness: Harness
    reference: Candidate
    top: str
    stubs: Sequence[tuple[str, Candidate]] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """How strength is measured: at most `most` mutants, drawn by `seed`.

    `equivalence` proves two designs equal or not, `comparison` looks for a difference; either
    classifies what survives. `each` is told of every mutant that is done.
    """

    seed: int = 0
    most: int | None = 40
    equivalence: Harness | None = None
    comparison: Harness | None = None
    mapper: Mapper = one_by_one
    each: Callable[[Trial], None] = field(default=lambda trial: None)

    def drawn(self, bench: Bench) -> tuple[Mutant, ...]:
        """The mutants of a bench's reference. Raises DataError where it cannot be read."""
        sources = bench.reference.sources
        share = None if self.most is None else -(-self.most // max(1, len(sources)))
        return tuple(
            mutant
            for source in sources
            for mutant in mutants(source, bench.top, seed=self.seed, most=share)
        )

    def of(self, bench: Bench) -> Strength:
        """A check's strength. Raises what the harness raises."""
        verdict = bench.harness.check(bench.problem, bench.reference)
        if not verdict.passed:
            return Strength(verdict, cpu_s=verdict.cpu_s)
        spent = [verdict.cpu_s]

        def check(candidate: Candidate) -> Verdict:
            found = bench.harness.check(bench.problem, candidate)
            spent.append(found.cpu_s)
            return found

        def tried(mutant: Mutant) -> Trial:
            candidate = _with(bench.reference, mutant)
            fate = fate_of(check(candidate))
            if fate is Fate.SURVIVED:
                fate = self._classified(bench, candidate)
            trial = Trial(mutant, fate)
            self.each(trial)
            return trial

        trials = sorted(
            self.mapper(tried, self.drawn(bench)),
            key=lambda t: (t.mutant.source.name, t.mutant.line, t.mutant.column, t.mutant.after),
        )
        masked, unwatched = _attention(bench, verdict.checks, check)
        return Strength(
            verdict,
            tuple(trials),
            masked,
            unwatched,
            tuple(name for name, stub in bench.stubs if _lets_through(check(stub))),
            _power_up(bench, check),
            sum(spent),
        )

    def _classified(self, bench: Bench, mutant: Candidate) -> Fate:
        """Whether a mutant that passed differs from the reference at all."""
        spec = ReferenceSpec(bench.reference.sources, bench.top, cycles=_CYCLES)
        problem = Problem(bench.problem.id, "", top=bench.top, harness=spec)
        for judge in (self.equivalence, self.comparison):
            if judge is None:
                continue
            try:
                verdict = judge.check(problem, mutant)
            except GatewrightError:
                continue  # what cannot be compared stays unclassified
            if verdict.passed and judge is self.equivalence:
                return Fate.EQUIVALENT
            if fate_of(verdict) is Fate.KILLED:
                return Fate.DIFFERENT
        return Fate.SURVIVED


def fate_of(verdict: Verdict) -> Fate:
    """What a check's verdict on a mutant means. What is undecided was not rejected."""
    if verdict.outcome is not Outcome.FAIL:
        return Fate.SURVIVED
    return Fate.STILLBORN if verdict.failure_class in _NO_DESIGN else Fate.KILLED


def _with(reference: Candidate, mutant: Mutant) -> Candidate:
    sources = tuple(
        mutant.source if source.name == mutant.source.name else source
        for source in reference.sources
    )
    return replace(reference, sources=sources)


def _lets_through(verdict: Verdict) -> bool:
    return verdict.passed or verdict.failure_class is FailureClass.NO_CHECKS


def _attention(
    bench: Bench, samples: int, check: Callable[[Candidate], Verdict]
) -> tuple[float | None, tuple[str, ...]]:
    """The share of samples that look away, and the outputs that nobody looks at."""
    outputs = outputs_of(bench.reference.sources, bench.top)
    design = inverted(bench.reference, bench.top, outputs) if outputs else None
    if design is None:
        return None, ()
    verdict = check(design)
    if fate_of(verdict) is Fate.STILLBORN:
        return None, ()
    masked = None
    # Only a testbench that counts its samples says of how many a complaint is one.
    counted = 1 < verdict.checks <= samples
    if counted and verdict.mismatches is not None:
        masked = 1 - verdict.mismatches / verdict.checks
    if len(outputs) == 1:
        return masked, outputs if _lets_through(verdict) else ()
    unwatched = []
    for name in outputs:
        turned = inverted(bench.reference, bench.top, (name,))
        if turned is not None and _lets_through(check(turned)):
            unwatched.append(name)
    return masked, tuple(unwatched)


def _power_up(bench: Bench, check: Callable[[Candidate], Verdict]) -> bool | None:
    """Whether the reference fails without its initial values."""
    pairs = [(source, without_initial_values(source)) for source in bench.reference.sources]
    if all(bare is None for _, bare in pairs):
        return None
    sources = tuple(bare or source for source, bare in pairs)
    return not _lets_through(check(replace(bench.reference, sources=sources)))
