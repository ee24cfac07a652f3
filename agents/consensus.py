"""Self-consistency: without an oracle, the behaviour that most attempts share is the best guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gatewright.agents.journal import Entry
from gatewright.core import GatewrightError, Problem, ReferenceSpec
from gatewright.sandbox.harness import Harness

_CYCLES = 500


@dataclass(frozen=True, slots=True)
class Agreement:
    """The first attempt of the largest group that behaves alike, and the group's size."""

    entry: Entry
    votes: int


@dataclass(slots=True)
class _Group:
    leader: Entry
    marks: set[str] = field(default_factory=set)
    votes: int = 0


def largest_agreement(problem: Problem, entries: Sequence[Entry], harness: Harness) -> Agreement:
    """Groups attempts by simulating each against the groups' first ones, both ways round.

    Both ways, because a reference's x lets anything pass. Designs with the same fingerprint agree
    without simulation. Of groups of the same size the earlier wins.
    """
    groups: list[_Group] = []
    for entry in entries:
        group = next((g for g in groups if entry.fingerprint in g.marks), None) or next(
            (g for g in groups if _alike(problem, g.leader, entry, harness)), None
        )
        if group is None:
            group = _Group(entry)
            groups.append(group)
        group.marks.add(entry.fingerprint)
        group.votes += 1
    largest = max(groups, key=lambda group: group.votes)
    return Agreement(largest.leader, largest.votes)


def _alike(problem: Problem, first: Entry, second: Entry, harness: Harness) -> bool:
    """Neither differs from the other; a pair that cannot be compared is not alike."""
    for trusted, tried in ((first, second), (second, first)):
        spec = ReferenceSpec(trusted.candidate.sources, problem.top, cycles=_CYCLES)
        try:
            verdict = harness.check(replace(problem, harness=spec), tried.candidate)
        except GatewrightError:
            return False
        if not verdict.passed:
            return False
    return True
