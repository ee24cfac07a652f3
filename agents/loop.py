"""The loop: attempts, repairs, judged edits; whatever happens, the best so far is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Protocol

from gatewright.agents.coder import Draft
from gatewright.agents.consensus import largest_agreement
from gatewright.agents.journal import Entry, Lineage
from gatewright.agents.optimise import at_roof, measurable, speed_told
from gatewright.agents.rank import rank
from gatewright.agents.turn import Improver
from gatewright.agents.workshop import Workshop, is_clean
from gatewright.core import GatewrightError, Provenance, StopReason, Trajectory
from gatewright.sandbox.harness import Harness


class Author(Protocol):
    """Somebody who writes first attempts."""

    def draft(self, number: int) -> Draft | None:
        """The attempt of that number (from 0); None = there are no more. May raise ModelError."""
        ...


class LoopInterrupted(KeyboardInterrupt):
    """Ctrl-C while the loop was running; `trajectory` is all that was done until then."""

    def __init__(self, trajectory: Trajectory) -> None:
        super().__init__("interrupted")
        self.trajectory = trajectory


@dataclass(slots=True)
class Loop:
    """One run on one problem.

    Every author's attempts come first, each repaired until it compiles; then the best distinct
    ones are improved in judged turns, and what passes is made faster where that can be told.
    `improver` is None where no model is at hand; `comparer` simulates two candidates against each
    other where there is no oracle (None = not to be had).
    """

    workshop: Workshop
    authors: Sequence[Author]
    improver: Improver | None
    comparer: Harness | None = None

    def run(self) -> Trajectory:
        """Until it passes or something else ends it. Raises LoopInterrupted on Ctrl-C, and a
        GatewrightError where a tool fails."""
        try:
            stop = self._run()
            if stop is StopReason.PASSED:
                self._optimise()
        except KeyboardInterrupt:
            raise LoopInterrupted(self._trajectory(StopReason.INTERRUPTED)) from None
        trajectory = self._trajectory(stop)
        self.workshop.listener.stopped(trajectory)
        return trajectory

    def _trajectory(self, stop: StopReason) -> Trajectory:
        shop, journal = self.workshop, self.workshop.journal
        return Trajectory(
            shop.choice.problem.id,
            shop.choice.oracle,
            tuple(journal.rounds),
            journal.best.candidate if journal.best else None,
            journal.best.verdict if journal.best else None,
            stop,
            shop.purse.spent,
            tuple(journal.notes),
        )

    def _run(self) -> StopReason:
        entries: list[Entry] = []
        stop = self._attempt(entries)
        if self.workshop.choice.blind:
            clean = [entry for entry in entries if is_clean(entry.verdict)]
            if clean:
                self._agree(clean)
                return StopReason.UNVERIFIED
        if stop is not None:
            return stop
        if self.workshop.model_gone:
            return StopReason.MODEL_FAILED
        coded = [entry for entry in entries if entry.candidate.sources]
        if coded:
            return self._improve(coded)
        return StopReason.MODEL_FAILED if self.workshop.failures else StopReason.NO_CANDIDATE

    # attempts

    def _attempt(self, entries: list[Entry]) -> StopReason | None:
        """All authors' attempts, added to `entries`, until one settles it or a budget is spent."""
        for author in self.authors:
            for number in count():
                stop = self.workshop.purse.exhausted()
                if stop is not None or self.workshop.model_gone:
                    return stop
                failures = self.workshop.failures
                draft = self.workshop.ask(partial(author.draft, number))
                if draft is not None:
                    entries.append(self._checked(draft))
                    if self._settled(entries[-1]):
                        return StopReason.PASSED
                elif self.workshop.failures == failures:
                    break  # no more attempts; a call that failed leaves the next its chance
        return None

    def _checked(self, draft: Draft) -> Entry:
        entry, seen = self.workshop.examine(draft)
        self.workshop.journal.record(entry, kept=not seen)
        return entry if seen else self.workshop.mended(entry)

    def _settled(self, entry: Entry) -> bool:
        """No further attempt is needed.

        Without an oracle, only a candidate that was read off the specification settles it; a
        model's attempts are compared with each other, so all of them are wanted.
        """
        if not self.workshop.choice.blind:
            return entry.verdict.passed
        symbolic = entry.candidate.provenance is Provenance.SYMBOLIC
        return symbolic and is_clean(entry.verdict)

    def _agree(self, clean: Sequence[Entry]) -> None:
        """Makes the best what most of the clean attempts agree on."""
        journal = self.workshop.journal
        if len(clean) == 1 or self.comparer is None:
            journal.best = clean[0]
            return
        self.workshop.listener.stage("comparing the attempts with each other")
        found = largest_agreement(self.workshop.choice.problem, clean, self.comparer)
        journal.best = found.entry
        journal.note(
            f"chosen by self-consistency: {found.votes} of {len(clean)} attempts behave alike"
        )

    # improvement

    def _improve(self, entries: Sequence[Entry]) -> StopReason:
        improver, shop = self.improver, self.workshop
        if improver is None:
            return StopReason.STAGNATION
        lineages = [Lineage(entry) for entry in self._best_distinct(entries)]
        while True:
            if improver.turns >= shop.policy.rounds:
                return StopReason.ROUNDS
            stop = shop.purse.exhausted()
            if stop is not None:
                return stop
            running = [lineage for lineage in lineages if lineage.closed is None]
            if not running:
                return lineages[-1].closed or StopReason.STAGNATION
            lineage = max(running, key=lambda one: rank(one.entry.verdict))
            stop = improver.turn(lineage)
            if stop is not None:
                return stop
            if shop.satisfied(lineage.entry.verdict):
                passed = lineage.entry.verdict.passed
                return StopReason.PASSED if passed else StopReason.UNVERIFIED

    # what passes

    def _optimise(self) -> None:
        """Makes what passes better, for as long as that can be told and rounds are left.

        The best so far stays the best, whatever happens.
        """
        shop, improver, best = self.workshop, self.improver, self.workshop.journal.best
        wanted = shop.policy.optimise and shop.kit.optimises
        if not wanted or improver is None or best is None:
            return
        lineage = Lineage(best)
        while improver.turns < shop.policy.rounds and not shop.purse.exhausted():
            verdict = lineage.entry.verdict
            if at_roof(verdict):
                shop.journal.note(f"on the roofline: {speed_told(verdict)}")
                return
            if not measurable(verdict):
                shop.journal.note("nothing here tells which of two kernels is the faster")
                return
            try:
                stop = improver.turn(lineage)
            except GatewrightError as error:
                shop.journal.note(f"it is not made better any more: {error}")
                return
            if stop is not None or lineage.closed is not None:
                return

    def _best_distinct(self, entries: Sequence[Entry]) -> list[Entry]:
        distinct: dict[str, Entry] = {}
        for entry in entries:
            distinct.setdefault(entry.fingerprint, entry)
        ranked = sorted(distinct.values(), key=lambda entry: rank(entry.verdict), reverse=True)
        return ranked[: max(1, self.workshop.policy.keep)]
