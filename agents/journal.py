"""What a run of the loop remembers: its rounds, designs already seen, and the best so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from gatewright.agents.coder import Draft
from gatewright.agents.listener import Listener
from gatewright.agents.rank import rank
from gatewright.core import Candidate, Judgement, Round, StopReason, Usage, Verdict

MOST_LESSONS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A draft that has been checked; `fingerprint` tells it from other designs."""

    draft: Draft
    verdict: Verdict
    fingerprint: str

    @property
    def candidate(self) -> Candidate:
        """The draft's candidate."""
        return self.draft.candidate


@dataclass(slots=True)
class Journal:
    """Rounds in order. The best is the first of its rank, and never a candidate without code."""

    listener: Listener
    rounds: list[Round] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    known: dict[str, Verdict] = field(default_factory=dict)
    best: Entry | None = None

    def record(
        self,
        entry: Entry,
        *,
        judgement: Judgement | None = None,
        kept: bool = True,
        usage: Usage | None = None,
        again: bool = False,
    ) -> None:
        """Add a round. `usage` is what it cost beside the candidate; `again` marks a candidate
        recorded before, whose own cost does not count twice."""
        turn = Round(
            len(self.rounds) + 1,
            entry.candidate,
            entry.verdict,
            judgement,
            entry.draft.prompt_sha256,
            kept,
            (Usage() if again else entry.candidate.usage) + (usage or Usage()),
        )
        self.rounds.append(turn)
        self.known.setdefault(entry.fingerprint, entry.verdict)
        if entry.candidate.sources and (
            self.best is None or rank(entry.verdict) > rank(self.best.verdict)
        ):
            self.best = entry
        self.listener.round(turn)

    def note(self, text: str) -> None:
        """Keep a remark for the trajectory; the same one only once."""
        if text and text not in self.notes:
            self.notes.append(text)
            self.listener.note(text)


@dataclass(slots=True)
class Lineage:
    """A kept attempt and its edits: where it stands, and what was tried in vain."""

    entry: Entry
    lessons: list[str] = field(default_factory=list)
    stale: int = 0
    duplicates: int = 0
    disputes: int = 0
    closed: StopReason | None = None

    def learn(self, lesson: str) -> None:
        """Remember a one-line lesson; only the last few count."""
        self.lessons = [*self.lessons, " ".join(lesson.split())][-MOST_LESSONS:]

    def close(self, reason: StopReason) -> None:
        """No more turns on this one."""
        self.closed = reason
