"""Who writes a completion: a model that is talked to, or one that fills holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from gatewright.agents.complete_answer import block_in, fitted, line_in
from gatewright.agents.complete_prompt import Place, Wanted, chat, hole
from gatewright.core import Usage
from gatewright.models import Model, Sampling
from gatewright.models.infill_tokens import InfillTokens
from gatewright.retrieval.complete.setting import Setting
from gatewright.retrieval.pack_parts import Part

LINE_TOKENS = 256  # of a line that a hole is filled with
BLOCK_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a writer. `drafts` are lines; of a block, blocks of lines."""

    place: Place
    wanted: Wanted
    context: Sequence[Part] = ()
    drafts: Sequence[str] = ()
    most: int = 1
    repository: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """The lines that came back, fitted to the place; none where the answer holds no code."""

    lines: tuple[str, ...]
    usage: Usage = field(default_factory=Usage)


class Writer(Protocol):
    """Asks a model for code at a place. Safe to call from several threads at once."""

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    @property
    def way(self) -> str:
        """How the model is asked, in words."""
        ...

    @property
    def sees_drafts(self) -> bool:
        """Whether drafts are shown to it."""
        ...

    def write(self, request: Request, sampling: Sampling) -> Written:
        """The lines that the model would have there. Raises ModelError."""
        ...


@dataclass(frozen=True, slots=True)
class ChatWriter:
    """Talks to a model: it picks a draft, changes one, or writes anew."""

    model: Model
    sees_drafts: bool = True
    way: str = "in a conversation"

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    def write(self, request: Request, sampling: Sampling) -> Written:
        """Ask once."""
        place = request.place
        messages = chat(place, request.wanted, request.context, request.drafts, request.most)
        answer = self.model.complete(messages, sampling)
        setting = Setting(place.path, place.before, place.typed)
        if request.wanted is Wanted.LINE:
            line = line_in(answer.text, setting, request.drafts)
            return Written((line,) if line else (), answer.usage)
        return Written(block_in(answer.text, setting, request.drafts), answer.usage)


@dataclass(frozen=True, slots=True)
class InfillWriter:
    """Has a model fill the hole at the cursor: `line` stops at the line's end, `block` does not.

    `tokens` are the words of its family, where they are known.
    """

    line: Model
    block: Model
    tokens: InfillTokens | None = None
    sees_drafts: bool = False
    way: str = "filling a hole"

    @property
    def name(self) -> str:
        """The model's name."""
        return self.line.name

    def write(self, request: Request, sampling: Sampling) -> Written:
        """Ask once."""
        place = request.place
        one = request.wanted is Wanted.LINE
        most = LINE_TOKENS if one else BLOCK_TOKENS
        sampling = replace(sampling, max_tokens=sampling.max_tokens or most)
        messages = hole(place, request.context, self.tokens, request.repository)
        answer = (self.line if one else self.block).complete(messages, sampling)
        first, *rest = answer.text.strip("\n").split("\n")
        setting = Setting(place.path, place.before, place.typed)
        # What is typed stands before the hole already, so the answer never repeats it.
        first = place.typed + first if place.typed else first
        first = fitted(first, setting)
        if not first or first == place.typed:
            return Written((), answer.usage)
        lines = (first,) if one else (first, *(line.rstrip() for line in rest))
        return Written(lines, answer.usage)
