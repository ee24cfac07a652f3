"""A design that somebody proposes, and what it cost to get it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from gatewright.core.source import Source


class Provenance(StrEnum):
    """Who wrote a candidate."""

    MODEL = "model"
    SYMBOLIC = "symbolic"
    USER = "user"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, wall seconds and, where the model is priced, US dollars; addable."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    cost: float | None = None
    calls: int = 0
    cached_calls: int = 0

    def __add__(self, other: Usage) -> Usage:
        known = [c for c in (self.cost, other.cost) if c is not None]
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.seconds + other.seconds,
            sum(known) if known else None,
            self.calls + other.calls,
            self.cached_calls + other.cached_calls,
        )

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Candidate:
    """Sources that answer a problem. No sources = the answer held no code."""

    sources: tuple[Source, ...]
    provenance: Provenance = Provenance.USER
    sample: int = 0
    parent: str | None = None
    usage: Usage = field(default_factory=Usage)
    note: str = ""

    @property
    def text(self) -> str:
        """All sources, one after another."""
        return "\n".join(source.text for source in self.sources)

    @property
    def sha256(self) -> str:
        """Hash of names and texts: what a result row is keyed with."""
        digest = hashlib.sha256()
        for source in self.sources:
            digest.update(f"{source.name}\0{source.text}\0".encode())
        return digest.hexdigest()
