"""The seam between agents and whatever writes text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from gatewright.core import Usage


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to sample. `sample` tells apart draws that are otherwise the same request.

    `max_tokens` None leaves the limit to the server; `seed` None sends no seed.
    """

    temperature: float = 0.0
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer. `truncated` = the server stopped it at the token limit."""

    text: str
    usage: Usage = field(default_factory=Usage)
    truncated: bool = False
    cached: bool = False


class Model(Protocol):
    """Something that answers messages. Safe to call from several threads at once."""

    @property
    def name(self) -> str:
        """The name that reports show, such as `openai:gpt-5`."""
        ...

    def complete(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        """Answer; `on_text` receives pieces as they arrive. Raises ModelError."""
        ...
