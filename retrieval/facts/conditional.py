"""Both sides of every `ifdef`: a text as several, each without conditionals.

The first variant is what a compiler without any predefined macro would read. Each further one
reveals branches that none before it had; what it leaves out is blanked, so places stay the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MAX_VARIANTS = 6

_CONDITIONAL = re.compile(rb"`(?:ifdef|elsif|else)\b")
_TOKEN = re.compile(
    rb"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:[^\"\\\n]|\\.)*\"?"
    rb"|`(ifdef|ifndef|elsif|else|endif|define|undef)\b[ \t]*(\w*)",
    re.DOTALL,
)
_NOT_BLANK = re.compile(rb"[^\s]")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` up to, not with, `end`."""

    start: int
    end: int

    def meets(self, start: int, end: int) -> bool:
        """Whether it shares a byte with another span."""
        return self.start < end and start < self.end


@dataclass(frozen=True, slots=True)
class Variant:
    """A text without conditionals; `fresh` are the bytes that no variant before it showed."""

    data: bytes
    fresh: tuple[Span, ...]


@dataclass(slots=True)
class _Branch:
    taken: bool
    start: int
    end: int = 0
    seen: bool = False
    groups: list[_Group] = field(default_factory=list)

    def covered(self) -> bool:
        return self.seen and all(group.covered() for group in self.groups)


@dataclass(slots=True)
class _Group:
    start: int
    end: int = 0
    branches: list[_Branch] = field(default_factory=list)

    def covered(self) -> bool:
        return all(branch.covered() for branch in self.branches)

    def chosen(self, first: bool) -> _Branch | None:
        """The branch to show: what a compiler takes, or what was not shown yet."""
        taken = next((branch for branch in self.branches if branch.taken), None)
        if first:
            return taken
        fresh = next((branch for branch in self.branches if not branch.covered()), None)
        return fresh or taken or next(iter(self.branches), None)


def variants(data: bytes) -> Iterator[Variant]:
    """The text's variants; only the first, as it is, where no branch is hidden."""
    if not _CONDITIONAL.search(data):
        yield Variant(data, (Span(0, len(data)),))
        return
    whole = _read(data)
    for number in range(MAX_VARIANTS):
        if number and whole.covered():
            return
        blanks: list[Span] = []
        fresh: list[Span] = []
        _show(whole, number == 0, blanks, fresh)
        yield Variant(blanked(data, blanks), tuple(fresh))


def blanked(data: bytes, spans: Sequence[Span]) -> bytes:
    """The text with spaces for all but the line ends of these spans, which follow each other."""
    parts: list[bytes] = []
    at = 0
    for span in spans:
        parts += (data[at : span.start], _NOT_BLANK.sub(b" ", data[span.start : span.end]))
        at = span.end
    return b"".join((*parts, data[at:]))


def _show(branch: _Branch, first: bool, blanks: list[Span], fresh: list[Span]) -> None:
    """Collect what is blanked when a branch is shown, and what of it is new."""
    at = branch.start
    for group in branch.groups:
        if not branch.seen:
            fresh.append(Span(at, group.start))
        shown = group.chosen(first)
        if shown is None:
            blanks.append(Span(group.start, group.end))
        else:
            blanks.append(Span(group.start, shown.start))
            _show(shown, first, blanks, fresh)
            blanks.append(Span(shown.end, group.end))
        at = group.end
    if not branch.seen:
        fresh.append(Span(at, branch.end))
        branch.seen = True


class _Reader:
    """Reads the conditionals of a text as nested groups of branches."""

    def __init__(self, size: int) -> None:
        self.whole = _Branch(True, 0, size)
        self._stack: list[tuple[_Branch, _Group]] = []
        self._branch = self.whole
        self._active = [True]
        self._defined: set[bytes] = set()
        self._size = size

    def take(self, word: bytes, name: bytes, start: int, end: int) -> None:
        """One directive, from byte `start` to `end`."""
        if word in (b"ifdef", b"ifndef"):
            group = _Group(start)
            self._branch.groups.append(group)
            self._stack.append((self._branch, group))
            self._active.append(self._active[-1])
            self._open(group, (name in self._defined) == (word == b"ifdef"), end)
        elif word in (b"elsif", b"else"):
            if self._stack:
                self._branch.end = start
                self._open(self._stack[-1][1], word == b"else" or name in self._defined, end)
        elif word == b"endif":
            if self._stack:
                self._branch.end = start
                self._close(end)
        elif self._active[-1]:
            (self._defined.add if word == b"define" else self._defined.discard)(name)

    def _open(self, group: _Group, holds: bool, at: int) -> None:
        taken = holds and not any(branch.taken for branch in group.branches)
        self._branch = _Branch(taken, at, self._size)
        group.branches.append(self._branch)
        self._active[-1] = self._active[-2] and taken

    def _close(self, at: int) -> None:
        self._branch, group = self._stack.pop()
        self._active.pop()
        group.end = at

    def finish(self) -> _Branch:
        """The whole text as a branch; what was left open ends with it."""
        while self._stack:
            self._close(self._size)
        return self.whole


def _read(data: bytes) -> _Branch:
    reader = _Reader(len(data))
    for found in _TOKEN.finditer(data):
        word = found[1]
        if word:
            named = word in (b"ifdef", b"ifndef", b"elsif", b"define", b"undef")
            end = found.end() if named else found.end(1)
            reader.take(word, found[2], found.start(), end)
    return reader.finish()
