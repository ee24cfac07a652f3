"""Completion for editors: which text goes in at the cursor, from the repository or by a model."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gatewright.agents.complete_prompt import Place
from gatewright.core import Usage
from gatewright.server.filling import Wish
from gatewright.server.fim import Hole
from gatewright.server.helper import Helpers
from gatewright.server.insertion import inserted, limited
from gatewright.server.presence import in_thread

MOST_LINES = 8
MODEL_LINES = 20
_SECONDS = 0.1  # after which no further line is begun
_MOST_SHOWN = 256
_SHOWN_S = 60.0


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


PlaceWriter = Callable[[Place, int, int, threading.Event], WrittenLines]
"""Asks a model about a place, of the folder with that number, for so many lines. Blocks, until the
event is set."""


class Completing:
    """Answers holes: offline by the helpers; by a model where there is one to write.

    While somebody types what was suggested, it stays suggested.
    """

    def __init__(self, helpers: Helpers, writer: PlaceWriter | None = None) -> None:
        self._helpers = helpers
        self._writer = writer
        self._shown = Shown()

    async def answer(self, hole: Hole, limit: Limit, *, hurried: bool = False) -> Answer:
        """Fill a hole; `hurried`: others wait, so with one line where several would do.

        Raises ToolCrashed, and ModelError where a model is asked.
        """
        if limit.tokens == 0:
            return Answer("")
        found = self._shown.goes_on(hole)
        if found is None:
            found = await self._found(hole, limit, hurried)
            self._shown.keep(hole, found)
        text, cut = limited(found.text, limit.tokens, limit.stops)
        return replace(found, text=text, cut=cut)

    async def _found(self, hole: Hole, limit: Limit, hurried: bool) -> Answer:
        most = 1 if limit.one_line or hurried else MOST_LINES
        offline = self._writer is None
        wish = Wish(hole, most, min(limit.seconds, _SECONDS), only_locate=not offline)
        filled = await self._helpers.fill(wish)
        if self._writer is None:
            return Answer(filled.text, filled.place.path, filled.source)
        lines = 1 if limit.one_line or filled.place.typed.strip() else MODEL_LINES
        writer, stop = self._writer, threading.Event()
        written = await in_thread(lambda: writer(filled.place, filled.folder, lines, stop), stop)
        text = inserted(filled.place, written.lines)
        return Answer(text, filled.place.path, "model", usage=written.usage)


class Shown:
    """What was suggested a moment ago, and where."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[bytes, tuple[float, str, Answer]] = OrderedDict()

    def keep(self, hole: Hole, answer: Answer) -> None:
        """Remember a suggestion."""
        if answer.text:
            key = _digest(hole.above)
            self._kept[key] = (self._clock(), hole.typed, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_SHOWN:
                self._kept.popitem(last=False)

    def goes_on(self, hole: Hole) -> Answer | None:
        """What is left of a suggestion of which more is typed now; None where it is another."""
        when, typed, answer = self._kept.get(_digest(hole.above), (0.0, "", None))
        if answer is None or self._clock() - when > _SHOWN_S:
            return None
        line = typed + answer.text.partition("\n")[0]
        if len(hole.typed) <= len(typed) or not line.startswith(hole.typed) or line == hole.typed:
            return None
        return replace(answer, text=answer.text[len(hole.typed) - len(typed) :], usage=None)


def _digest(text: str) -> bytes:
    """Stands for a text that may be megabytes long, in place of which it is kept."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def limit_of(tokens: int | None, stops: Sequence[str], milliseconds: float | None = None) -> Limit:
    """The limit that a request sets. A negative number of tokens is none."""
    seconds = _SECONDS if milliseconds is None else max(0.0, milliseconds / 1000)
    return Limit(tokens if tokens is not None and tokens >= 0 else None, tuple(stops), seconds)
