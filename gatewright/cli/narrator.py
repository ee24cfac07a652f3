"""Tells on stderr what the loop is doing."""

from __future__ import annotations

import sys

from gatewright.agents.listener import Listener
from gatewright.cli.console import say
from gatewright.cli.terminal import shown
from gatewright.cli.told import ORACLES
from gatewright.core import Oracle, Round


class Narrator(Listener):
    """One line a stage and a round; with `stream`, the model's words as they come."""

    def __init__(self, stream: bool = False) -> None:
        self._stream = stream
        self._midline = False

    def started(self, oracle: Oracle) -> None:
        """The oracle is chosen."""
        say(f"oracle: {oracle} ({ORACLES[oracle]})")

    def stage(self, text: str) -> None:
        """What is being done now."""
        self._end_line()
        say(f"… {text}")

    def text(self, piece: str) -> None:
        """A piece of the answer."""
        if self._stream:
            sys.stderr.write(shown(piece))
            sys.stderr.flush()
            self._midline = not piece.endswith("\n")

    def round(self, turn: Round) -> None:
        """A turn is over."""
        self._end_line()
        verdict = turn.verdict
        count = f" {verdict.mismatches}/{verdict.checks}" if verdict.mismatches else ""
        klass = f" {verdict.failure_class}" if verdict.failure_class else ""
        kept = "" if turn.kept else ", rolled back"
        say(f"  round {turn.number}: {verdict.outcome}{klass}{count}{kept}")
        if turn.judgement:
            say(f"    judge: {turn.judgement.issue} ({turn.judgement.location})")

    def note(self, text: str) -> None:
        """Something worth knowing."""
        self._end_line()
        say(f"  {text}")

    def _end_line(self) -> None:
        if self._midline:
            say("")
        self._midline = False
