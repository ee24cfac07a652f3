"""Who writes first attempts: the symbolic reader and the model."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.agents.coder import Coder, Draft
from gatewright.agents.listener import Listener
from gatewright.core import Candidate


@dataclass(frozen=True, slots=True)
class SymbolicAuthor:
    """Offers the candidate that was read off the specification, once."""

    candidate: Candidate

    def draft(self, number: int) -> Draft | None:
        """The candidate for number 0."""
        return Draft(self.candidate) if number == 0 else None


@dataclass(frozen=True, slots=True)
class ModelAuthor:
    """Asks the coder for `samples` attempts."""

    coder: Coder
    samples: int
    listener: Listener

    def draft(self, number: int) -> Draft | None:
        """A fresh attempt. Raises ModelError."""
        if number >= self.samples:
            return None
        self.listener.stage(f"writing (attempt {number + 1} of {self.samples})")
        return self.coder.first()
