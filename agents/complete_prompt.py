"""What a model is shown that completes code: the place, its repository's parts, our drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gatewright.agents.prompts import render
from gatewright.models import Message, Role

if TYPE_CHECKING:
    from gatewright.models.infill_tokens import InfillTokens
    from gatewright.retrieval.pack_parts import Part

MOST_BEFORE = 12_000  # characters of the file above the cursor, about 4000 tokens
MOST_AFTER = 3_000


class Wanted(StrEnum):
    """How much is to be written."""

    LINE = "line"
    BLOCK = "block"
    PORTS = "ports"


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor in a file: the lines above its own, what its line begins with, what follows.

    `after` begins behind the cursor, on its line or, where that has nothing more, on the next.
    """

    path: str
    before: str
    typed: str = ""
    after: str = ""

    @property
    def line(self) -> int:
        """The cursor's line, counted from 1."""
        return self.before.count("\n") + 1

    @property
    def shown_before(self) -> str:
        """The lines above as far as a prompt has room for them: the nearest."""
        if len(self.before) <= MOST_BEFORE:
            return self.before
        return self.before[-MOST_BEFORE:].partition("\n")[2]

    @property
    def shown_after(self) -> str:
        """What follows, likewise."""
        if len(self.after) <= MOST_AFTER:
            return self.after
        return self.after[:MOST_AFTER].rpartition("\n")[0] + "\n"

    @property
    def first_shown(self) -> int:
        """The number of the first line above that is shown."""
        return self.line - self.shown_before.count("\n")


def chat(
    place: Place, wanted: Wanted, context: Sequence[Part], drafts: Sequence[str], most: int = 1
) -> tuple[Message, ...]:
    """The request as a conversation."""
    text = render(
        "complete/ask.md",
        path=place.path,
        before=(place.shown_before + place.typed).strip("\n"),
        after=place.shown_after.strip("\n"),
        typed=place.typed.strip(),
        context="".join(part.shown for part in context).rstrip(),
        drafts=tuple(drafts),
        wanted=wanted.value,
        most=most,
    )
    return Message(Role.SYSTEM, render("complete/system.md")), Message(Role.USER, text)


def hole(
    place: Place, context: Sequence[Part], tokens: InfillTokens | None, repository: str
) -> tuple[Message, ...]:
    """The request as a hole: what stands before everything, the text before, the text after.

    A family that knows of files gets the repository's parts as files, any other as comments.
    """
    before = place.shown_before + place.typed
    if tokens is not None and tokens.file:
        named = f"{tokens.repository}{repository}\n"
        files = "".join(f"{tokens.file}{part.file}\n{part.text}\n" for part in context)
        head = f"{named}{files}{tokens.file}{place.path}\n"
    else:
        head = ""
        shown = "".join(part.shown for part in context).rstrip().split("\n") if context else []
        lines = [line if line.startswith("//") else f"// {line}".rstrip() for line in shown]
        before = "".join(f"{line}\n" for line in (*lines, f"// {place.path}")) + before
    texts = (head, before, place.shown_after)
    return tuple(Message(Role.USER, text) for text in texts)
