"""One turn: what it tells, what it keeps, and how it is stopped."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from gatewright.agents.chat.claims import claims, proofs, writings
from gatewright.agents.chat.events import (
    Asked,
    Event,
    Said,
    Told,
    ToolEnded,
    Unverified,
    Verified,
    Wrote,
    ends_turn,
)
from gatewright.agents.chat.modules import modules_of
from gatewright.agents.chat.secrets import Secrets
from gatewright.agents.chat.store import State, Store
from gatewright.core import Usage


class Doubt(NamedTuple):
    """A sentence, and why it is more than is known."""

    claim: str
    why: str


class TurnStopped(Exception):
    """The user has stopped the turn."""


@dataclass(slots=True)
class Turn:
    """A turn of a conversation, running in a thread of its own.

    What is told is kept on disk first and then goes to whoever reads. After `close` nothing is
    told or kept any more: a tool that comes back late finds its turn over. `doubted`: what is said
    is a model's, so that its claims are held against the verdicts.
    """

    store: Store
    conversation: str
    secrets: Secrets
    usage: Usage = field(default_factory=Usage)
    stopping: threading.Event = field(default_factory=threading.Event)
    standing: Verified | None = None
    proof: Verified | None = None
    doubted: bool = True
    _pieces: list[str] = field(default_factory=list)
    _queue: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _closed: bool = False

    def tell(self, event: Event) -> int:
        """Keep an event and pass it on; its number. Raises TurnStopped once the turn is over."""
        with self._lock:
            if self._closed:
                raise TurnStopped
            if isinstance(event, Said):
                self._pieces.append(event.text)
                self._queue.put(event)
                return 0
            self.message_over()
            self._note(event)
            number = self.store.append(self.conversation, event)
            self._closed = ends_turn(event)
            self._queue.put(event)
            return number

    def first(self, event: Event) -> None:
        """Pass on the event that began the turn; it is kept already."""
        self._queue.put(event)

    def resume(self, events: Iterable[Event]) -> None:
        """Go on from what the user's last message led to: its verdict still stands."""
        for event in events:
            if isinstance(event, Asked) or (
                isinstance(event, ToolEnded) and event.tool in ("draft", "edit_draft")
            ):
                self.standing = self.proof = None
            else:
                self._note(event)

    def broken(self, event: Event) -> None:
        """End the turn although nothing can be kept."""
        with self._lock:
            self._closed = True
            self._queue.put(event)

    def say(self, text: str) -> None:
        """A piece of the answer."""
        self.tell(Said(text))

    def told(self, text: str) -> None:
        """A remark of ours."""
        self.tell(Told(text))

    def message_over(self) -> None:
        """Keep what was said, and mark what of it no tool has said."""
        with self._lock:
            text = "".join(self._pieces)
            self._pieces.clear()
            if not text:
                return
            self.store.append(self.conversation, Said(text))
            doubts = self._doubts(text)
            for claim, other in self._unwritten(text):
                doubts[claim] = f"{doubts[claim]}; {other}" if claim in doubts else other
            for mark in (Unverified(claim, doubt) for claim, doubt in doubts.items()):
                self.store.append(self.conversation, mark)
                self._queue.put(mark)

    def pulse(self) -> None:
        """Raise TurnStopped where the user has stopped the turn, or where it is over."""
        if self.stopping.is_set() or self._closed:
            raise TurnStopped

    def spent(self, usage: Usage) -> None:
        """Count what a call of the model cost."""
        with self._lock:
            self.usage += usage

    @property
    def over(self) -> bool:
        """Its last event has been told."""
        return self._closed

    def next(self, timeout_s: float) -> Event | None:
        """The next event, or None where none comes in time."""
        try:
            return self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return None

    @property
    def state(self) -> State:
        """What the conversation knows beside its events."""
        return self.store.state(self.conversation)

    def change(self, how: Callable[[State], State]) -> None:
        """Change what the conversation knows."""
        self.store.change(self.conversation, how)

    def changed(self, sha256: str) -> None:
        """A text is another now: this turn's verdict holds only where it is about that text."""
        self.standing = _about(self.standing, sha256)
        self.proof = _about(self.proof, sha256)

    def _note(self, event: Event) -> None:
        if isinstance(event, Verified):
            self.standing = event
            self.proof = event if event.proved else self.proof
        elif isinstance(event, Wrote) and not _is_no_design(event):
            self.changed(event.sha256)

    def _doubt(self) -> str:
        """Why a claim in this turn would be more than a tool has said; '' where one has said it."""
        if not self.doubted:
            return ""
        if self.standing is None:
            return "no tool has given a verdict on it in this turn"
        if not self.standing.verdict.passed:
            return f"the tool's verdict in this turn is {self.standing.verdict.outcome}"
        return ""

    def _doubts(self, text: str) -> dict[str, str]:
        """Sentences that claim more than a tool has said, and why each does."""
        why = self._doubt()
        if why:
            return dict.fromkeys(claims(text), why)
        if not self.doubted or self.proof is not None:
            return {}
        return dict.fromkeys(proofs(text), "the tool's verdict in this turn is no proof")

    def _unwritten(self, text: str) -> list[Doubt]:
        """Files that are said to be written, and that no change of this conversation has."""
        said = writings(text) if self.doubted else ()
        there = [applied.path for applied in self.state.applied] if said else []
        return [
            Doubt(each.claim, f"no change of this conversation stands in {each.path}")
            for each in said
            if not any(path.rpartition("/")[2] == each.path.rpartition("/")[2] for path in there)
        ]


def _about(verified: Verified | None, sha256: str) -> Verified | None:
    """A verdict where it is about a text, else None."""
    if verified is None:
        return None
    known = (hashlib.sha256(source.text.encode()).hexdigest() for source in verified.sources)
    return verified if sha256 in known else None


def _is_no_design(event: Wrote) -> bool:
    """A new file that defines no module with ports: a testbench, notes."""
    lines = event.diff.splitlines()
    added = "\n".join(line[1:] for line in lines if line.startswith("+"))
    return event.diff.startswith("--- /dev/null") and not modules_of(added)
