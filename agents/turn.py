"""One turn of improvement: the judge names an issue, the coder edits, the check decides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from gatewright.agents import view
from gatewright.agents.coder import Coder
from gatewright.agents.journal import Entry, Lineage
from gatewright.agents.judge import Judge, Ruling
from gatewright.agents.rank import rank
from gatewright.agents.workshop import Workshop
from gatewright.core import Fault, Judgement, StopReason

MOST_DUPLICATES = 2  # edits in a row that only lead to designs seen before
MOST_DISPUTES = 2  # times that the judge blames something else than the design


@dataclass(slots=True)
class Improver:
    """Takes turns on kept attempts. `turns` counts them."""

    workshop: Workshop
    coder: Coder
    judge: Judge
    turns: int = 0

    def turn(self, lineage: Lineage) -> StopReason | None:
        """Judge, edit, check, keep or roll back. A reason to stop the whole run, or None."""
        self.turns += 1
        shop, parent = self.workshop, lineage.entry
        rounds = shop.policy.rounds
        shop.listener.stage(f"judging (round {self.turns} of {rounds})")
        ruling = self.judge.judge(parent.candidate, parent.verdict, lineage.lessons)
        shop.purse.pay(ruling.usage)
        self._note_failure(ruling)
        if self._disputed(lineage, ruling):
            return StopReason.AMBIGUOUS
        if shop.model_gone:
            return StopReason.MODEL_FAILED
        shop.listener.stage(f"editing (round {self.turns} of {rounds})")
        judgement, lessons = ruling.judgement, tuple(lineage.lessons)
        edit = partial(self.coder.edit, parent.candidate, parent.verdict, judgement, lessons)
        draft = shop.ask(edit)
        if draft is None:
            return StopReason.MODEL_FAILED if shop.model_gone else None
        fresh, seen = shop.examine(draft)
        self._settle(lineage, fresh, seen, ruling)
        return None

    def _note_failure(self, ruling: Ruling) -> None:
        if ruling.failure is not None:
            self.workshop.failed(ruling.failure)
        elif not ruling.by_model:
            self.workshop.journal.note("the judge's answer could not be read: the verdict spoke")

    def _disputed(self, lineage: Lineage, ruling: Ruling) -> bool:
        """The judge insists that not the design is wrong. Once is not enough: models err."""
        judgement = ruling.judgement
        if judgement.fault is Fault.DESIGN:
            lineage.disputes = 0
            return False
        lineage.disputes += 1
        blamed = "specification" if judgement.fault is Fault.SPEC else "testbench"
        self.workshop.journal.note(
            f"the judge blames the {blamed}: {judgement.issue} ({judgement.why})"
        )
        if lineage.disputes < MOST_DISPUTES:
            return False
        self.workshop.journal.record(
            lineage.entry, judgement=judgement, usage=ruling.usage, again=True
        )
        return True

    def _settle(self, lineage: Lineage, fresh: Entry, seen: bool, ruling: Ruling) -> None:
        """Record the edit; keep it if it scores no worse than its parent."""
        parent = lineage.entry
        better = rank(fresh.verdict) > rank(parent.verdict)
        kept = not seen and rank(fresh.verdict) >= rank(parent.verdict)
        self.workshop.journal.record(
            fresh, judgement=ruling.judgement, kept=kept, usage=ruling.usage
        )
        if not kept and not seen:
            mended = self.workshop.mended(fresh)
            better = rank(mended.verdict) > rank(parent.verdict)
            kept = mended is not fresh and rank(mended.verdict) >= rank(parent.verdict)
            fresh = mended
        lineage.learn(_lesson(self.turns, ruling.judgement, fresh, seen, kept))
        lineage.duplicates = lineage.duplicates + 1 if seen else 0
        lineage.stale = 0 if better else lineage.stale + 1
        if kept:
            lineage.entry = fresh
        if lineage.duplicates >= MOST_DUPLICATES:
            lineage.close(StopReason.DUPLICATE)
        elif lineage.stale >= self.workshop.policy.stagnation:
            lineage.close(StopReason.STAGNATION)


def _lesson(turn: int, judgement: Judgement, fresh: Entry, seen: bool, kept: bool) -> str:
    """One line: what was tried, and what came of it."""
    tried = judgement.fix or judgement.issue
    if seen:
        result = "gave a design that was tried before"
    else:
        result = view.result_line(fresh.verdict) + ("" if kept else " Rolled back.")
    return f'Round {turn}, "{tried}": {result}'
