"""What a loop inside a tool tells the conversation; where the turn is stopped, it stops."""

from __future__ import annotations

from gatewright.agents.chat.events import RoundTold
from gatewright.agents.chat.turn import Turn
from gatewright.agents.listener import Listener
from gatewright.core import Oracle, Round


class Progress(Listener):
    """One line a stage and a round."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def started(self, oracle: Oracle) -> None:
        """The oracle is chosen."""
        self._line(f"oracle: {oracle}")

    def stage(self, text: str) -> None:
        """What is being done now."""
        self._line(text)

    def round(self, turn: Round) -> None:
        """A turn of the loop is over."""
        verdict = turn.verdict
        count = f" {verdict.mismatches}/{verdict.checks}" if verdict.mismatches else ""
        klass = f" {verdict.failure_class}" if verdict.failure_class else ""
        kept = "" if turn.kept else ", rolled back"
        self._line(f"round {turn.number}: {verdict.outcome}{klass}{count}{kept}", turn)

    def note(self, text: str) -> None:
        """Something worth knowing."""
        self._line(text)

    def _line(self, text: str, done: Round | None = None) -> None:
        # What stops the loop is the event that it was given; here nothing may be raised into it.
        if not self._turn.stopping.is_set() and not self._turn.over:
            self._turn.tell(RoundTold(self._turn.secrets.hidden(text), done))
