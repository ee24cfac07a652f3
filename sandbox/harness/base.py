"""What a check is."""

from __future__ import annotations

from typing import Protocol

from gatewright.core import Candidate, Problem, Verdict


class Harness(Protocol):
    """Decides whether a candidate solves a problem. Safe to call from several threads at once."""

    @property
    def rules(self) -> str:
        """The name of the rule set it applies."""
        ...

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        """A failing design is a Verdict; a failing tool raises a GatewrightError."""
        ...
