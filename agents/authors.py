"""Who writes first attempts: the symbolic reader and the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.agents.coder import Coder, Draft
from gatewright.agents.listener import Listener
from gatewright.agents.policy import LoopPolicy
from gatewright.core import Candidate


@dataclass(frozen=True, slots=True)
class SymbolicAuthor:
    """Offers the candidate that was read off the specification, once."""

    candidate: Candidate

    def draft(self, number: int) -> Draft | None:
        """The candidate for number 0."""
        return Draft(self.candidate) if number == 0 else None


@dataclass(frozen=True, slots=True)
class DraftAuthor:
    """Offers attempts that are written already."""

    drafts: Sequence[Draft]

    def draft(self, number: int) -> Draft | None:
        """The attempt of that number."""
        return self.drafts[number] if number < len(self.drafts) else None


@dataclass(frozen=True, slots=True)
class ModelAuthor:
    """Asks the coder for the policy's number of attempts."""

    coder: Coder
    policy: LoopPolicy
    listener: Listener

    def draft(self, number: int) -> Draft | None:
        """A fresh attempt. Raises ModelError."""
        policy = self.policy
        if number >= policy.samples:
            return None
        self.listener.stage(f"writing (attempt {number + 1} of {policy.samples})")
        spread = number > 0 and policy.temperature == 0
        return self.coder.first(policy.spread if spread else None)
