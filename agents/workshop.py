"""Where a draft becomes a checked entry: post-pass, sameness, check, repairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from gatewright.agents import view
from gatewright.agents.budget import Purse
from gatewright.agents.coder import Coder, Draft
from gatewright.agents.journal import Entry, Journal
from gatewright.agents.language import Kit
from gatewright.agents.listener import Listener
from gatewright.agents.oracle import Choice
from gatewright.agents.policy import LoopPolicy
from gatewright.agents.rank import rank
from gatewright.core import FailureClass, ModelError, Outcome, Verdict

MOST_FAILURES = 2  # failed calls in a row after which a model counts as gone


@dataclass(slots=True)
class Workshop:
    """The tools of one run. `coder` is None where no model is at hand."""

    choice: Choice
    kit: Kit
    policy: LoopPolicy
    journal: Journal
    purse: Purse
    listener: Listener
    coder: Coder | None
    failures: int = 0

    @property
    def model_gone(self) -> bool:
        """The model failed so often in a row that asking again makes no sense."""
        return self.failures >= MOST_FAILURES

    def failed(self, error: ModelError) -> None:
        """Count a call that came to nothing."""
        self.failures += 1
        self.journal.note(f"the model failed: {error}")

    def ask(self, write: Callable[[], Draft | None]) -> Draft | None:
        """What a coder writes, paid for; None where it has nothing to say or its model failed."""
        try:
            draft = write()
        except ModelError as error:
            self.failed(error)
            return None
        if draft is not None and draft.prompt_sha256:
            self.failures = 0
        if draft is not None:
            self.purse.pay(draft.candidate.usage)
        return draft

    def examine(self, draft: Draft) -> tuple[Entry, bool]:
        """The draft with its verdict, and whether the same design was seen before.

        A design seen before is not checked again.
        """
        draft = self._with_initial_values(draft)
        candidate = draft.candidate
        if not candidate.sources:
            if draft.said:
                self.journal.note(f"the model's answer holds no code; it begins: {draft.said}")
            verdict = Verdict(Outcome.FAIL, FailureClass.NO_CODE, rules=self.choice.harness.rules)
            return Entry(draft, verdict, ""), False
        mark = self.kit.fingerprint(candidate.sources, self.choice.problem.top)
        known = self.journal.known.get(mark)
        if known is not None:
            return Entry(draft, known, mark), True
        self.listener.stage("checking")
        return Entry(draft, self.choice.harness.check(self.choice.problem, candidate), mark), False

    def _with_initial_values(self, draft: Draft) -> Draft:
        candidate = draft.candidate
        if not self.policy.init_registers or not candidate.sources:
            return draft
        done = self.kit.initialise(candidate.sources)
        if not done.registers:
            return draft
        note = f"initial value 0 given to {', '.join(done.registers)}"
        notes = "; ".join(part for part in (candidate.note, note) if part)
        return replace(draft, candidate=replace(candidate, sources=done.sources, note=notes))

    def mended(self, entry: Entry) -> Entry:
        """The entry, or a better one, after tries at making it compile; all are recorded."""
        for number in range(self.policy.repairs):
            if entry.verdict.failure_class not in view.NOT_SIMULATED:
                break
            if self.coder is None or self.model_gone or self.purse.exhausted():
                break
            self.listener.stage(f"repairing ({number + 1} of {self.policy.repairs})")
            draft = self.ask(partial(self.coder.repair, entry.draft, entry.verdict))
            if draft is None:
                continue
            fresh, seen = self.examine(draft)
            better = not seen and rank(fresh.verdict) >= rank(entry.verdict)
            self.journal.record(fresh, kept=better)
            entry = fresh if better else entry
            if seen:
                break  # asked the same again, it would say the same again
        return entry

    def satisfied(self, verdict: Verdict) -> bool:
        """Nothing that this oracle can tell is left to do."""
        return verdict.passed or (self.choice.blind and is_clean(verdict))


def is_clean(verdict: Verdict) -> bool:
    """Nothing is wrong with it as far as the tools can see, and nothing was proved either."""
    return verdict.outcome is Outcome.INCONCLUSIVE and verdict.failure_class is None
