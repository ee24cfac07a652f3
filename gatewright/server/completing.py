"""Completion for editors: which text goes in at the cursor, from the repository or by a model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gatewright.agents.complete_prompt import Place
from gatewright.core import Usage
from gatewright.server.filling import Wish
from gatewright.server.fim import Hole
from gatewright.server.helper import Helpers
from gatewright.server.insertion import inserted, limited

MOST_LINES = 8
MODEL_LINES = 20
_SECONDS = 0.1  # after which no further line is begun


@dataclass(frozen=True, slots=True)
class Limit:
    """How much is wanted: tokens, what ends it, and the seconds that it may take."""

    tokens: int | None = None
    stops: tuple[str, ...] = ()
    seconds: float = _SECONDS

    @property
    def one_line(self) -> bool:
        """Whether a second line would be cut off anyhow."""
        return "\n" in self.stops


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes in at the cursor. `cut`: there was more than wanted."""

    text: str
    path: str = ""
    source: str = ""
    cut: bool = False
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class WrittenLines:
    """What a model wrote for a place."""

    lines: tuple[str, ...]
    usage: Usage


PlaceWriter = Callable[[Place, int, int], WrittenLines]
"""Asks a model about a place, of the folder with that number, for so many lines. Blocks."""


class Completing:
    """Answers holes: offline by the helpers; by a model where there is one to write."""

    def __init__(self, helpers: Helpers, writer: PlaceWriter | None = None) -> None:
        self._helpers = helpers
        self._writer = writer

    async def answer(self, hole: Hole, limit: Limit) -> Answer:
        """Fill a hole. Raises ToolCrashed, and ModelError where a model is asked."""
        if limit.tokens == 0:
            return Answer("")
        most = 1 if limit.one_line else MOST_LINES
        offline = self._writer is None
        wish = Wish(hole, most, min(limit.seconds, _SECONDS), only_locate=not offline)
        filled = await self._helpers.fill(wish)
        text, source, usage = filled.text, filled.source, None
        if self._writer is not None:
            lines = 1 if limit.one_line or filled.place.typed.strip() else MODEL_LINES
            written = await asyncio.to_thread(self._writer, filled.place, filled.folder, lines)
            text, source = inserted(filled.place, written.lines), "model"
            usage = written.usage
        text, cut = limited(text, limit.tokens, limit.stops)
        return Answer(text, filled.place.path, source, cut, usage)


def limit_of(tokens: int | None, stops: Sequence[str], milliseconds: float | None = None) -> Limit:
    """The limit that a request sets. A negative number of tokens is none."""
    seconds = _SECONDS if milliseconds is None else max(0.0, milliseconds / 1000)
    return Limit(tokens if tokens is not None and tokens >= 0 else None, tuple(stops), seconds)
