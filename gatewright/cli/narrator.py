"""Tells on stderr what the loop is doing."""

from __future__ import annotations

import sys

from gatewright.agents.listener import Listener
from gatewright.agents.outcome import ORACLES
from gatewright.cli.console import say
from gatewright.cli.terminal import shown
from gatewright.core import Oracle, Round


class Narrator(Listener):
    """One line a stage and a round. It wants no text, so that a broken answer can be repeated."""

    def started(self, oracle: Oracle) -> None:
        """The oracle is chosen."""
        self._line(f"oracle: {oracle} ({ORACLES[oracle]})")

    def stage(self, text: str) -> None:
        """What is being done now."""
        self._line(f"… {text}")

    def round(self, turn: Round) -> None:
        """A turn is over."""
        verdict = turn.verdict
        count = f" {verdict.mismatches}/{verdict.checks}" if verdict.mismatches else ""
        klass = f" {verdict.failure_class}" if verdict.failure_class else ""
        kept = "" if turn.kept else ", rolled back"
        self._line(f"  round {turn.number}: {verdict.outcome}{klass}{count}{kept}")
        if turn.judgement:
            self._line(f"    judge: {turn.judgement.issue} ({turn.judgement.location})")

    def note(self, text: str) -> None:
        """Something worth knowing."""
        self._line(f"  {text}")

    def _line(self, text: str) -> None:
        say(text)


class StreamingNarrator(Narrator):
    """Shows the model's words as they come, too."""

    def __init__(self) -> None:
        self._midline = False

    def text(self, piece: str) -> None:
        """A piece of the answer."""
        sys.stderr.write(shown(piece))
        sys.stderr.flush()
        self._midline = not piece.endswith("\n")

    def _line(self, text: str) -> None:
        if self._midline:
            say("")
        self._midline = False
        say(text)
