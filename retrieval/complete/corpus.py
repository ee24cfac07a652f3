"""The other files of a repository, to be copied from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import overload

from gatewright.retrieval.complete.headers import Header
from gatewright.retrieval.complete.lines import CodeLine
from gatewright.retrieval.complete.segment import Segment, build
from gatewright.retrieval.complete.stream import Numbered, Stream

RAREST = 60  # a line that stands in at most so many places says something of its file


class Corpus:
    """Lines of code of many files, found by text, by shape and by the comment above.

    Made of segments, one behind the other; `hidden` are files (by number) that count no more.
    Only read, so that several threads may use it.
    """

    def __init__(self, segments: Sequence[Segment], hidden: Iterable[int] = ()) -> None:
        self._segments = tuple(segments)
        self._hidden = frozenset(hidden)
        self.paths = tuple(path for segment in segments for path in segment.paths)
        self.lines = _Lines(self._segments)
        self._offsets = self.lines.offsets

    @staticmethod
    def of(files: Mapping[str, str]) -> Corpus:
        """The corpus of these texts."""
        return Corpus((build(files),))

    def beside(self, files: Mapping[str, str]) -> Corpus:
        """This corpus and these texts, whose paths it does not hold."""
        if not files:
            return self
        fresh = build(files, len(self.paths), self.vocabulary)
        return Corpus((*self._segments, fresh), self._hidden)

    def file_of(self, place: int) -> int:
        """The number of the file that holds a place; -1 between files."""
        segment, at = self.lines.located(place)
        return segment.file_of(at)

    def unit_of(self, place: int) -> str:
        """The module or other unit begun last above a place."""
        segment, at = self.lines.located(place)
        return segment.unit_of(at)

    def stem_of(self, place: int) -> str:
        """The name, without suffix, of the file that holds a place."""
        segment, at = self.lines.located(place)
        file = segment.file_of(at)
        return segment.stems[file - segment.first] if file >= 0 else ""

    def with_text(self, text: str) -> list[int]:
        """The places of a line's text."""
        return self._all(lambda segment: segment.with_text(text))

    def with_texts(self, before: str, text: str) -> list[int]:
        """The places of a line's text after another's."""
        return self._all(lambda segment: segment.with_texts(before, text))

    def with_shape(self, shape: str) -> list[int]:
        """The places of lines of a shape."""
        return self._all(lambda segment: segment.with_shape(shape))

    def with_shapes(self, before: str, shape: str) -> list[int]:
        """The places of a line's shape after another's."""
        return self._all(lambda segment: segment.with_shapes(before, shape))

    def under(self, above: str) -> list[int]:
        """The places of lines with that comment above them."""
        return self._all(lambda segment: segment.under(above))

    @property
    def starts(self) -> list[int]:
        """The places right before a file's first line, but for the corpus's last place."""
        return self._all(lambda segment: segment.starts[:-1])

    def _all(self, places: Callable[[Segment], list[int]]) -> list[int]:
        first, *others = zip(self._segments, self._offsets, strict=True)
        found = places(first[0])
        for segment, offset in others:
            found = found + [offset + place for place in places(segment)]
        return found

    def numbers(self, paths: Iterable[str]) -> frozenset[int]:
        """The files' numbers, with those that are hidden; unknown paths are passed over."""
        wanted = set(paths)
        return self._hidden | {n for n, path in enumerate(self.paths) if path in wanted}

    def matching(self, globs: Sequence[str]) -> list[str]:
        """The files whose path, name or folder fits one of the globs."""
        if not globs:
            return []
        from gatewright.retrieval.pack import Exclusion

        allows = Exclusion(tuple(globs)).allows
        return [path for path in self.paths if not allows(path)]

    def header(self, name: str, without: frozenset[int] = frozenset()) -> Header | None:
        """The first definition of a module in the files that are not left out."""
        for segment in self._segments:
            for number, header in segment.headers.get(name, ()):
                if number not in without:
                    return header
        return None

    @property
    def vocabulary(self) -> Numbered:
        """Numbers for the tokens of all files."""
        return self._segments[-1].vocabulary

    @property
    def streams(self) -> Iterator[Stream]:
        """The files' tokens, a row a segment."""
        return (segment.stream for segment in self._segments)

    def spelling(self, tokens: tuple[str, ...], without: frozenset[int]) -> str | None:
        """How a row of tokens is written (its spacing) where it is; None where it is nowhere."""
        for segment in self._segments:
            for place in segment.with_tokens(tokens):
                line = segment.line(place)
                if line is not None and segment.file_of(place) not in without:
                    return line.parsed.code
        return None


class _Lines(Sequence[CodeLine | None]):
    """The lines of several segments as one row; None between files."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self.offsets: list[int] = []
        self._length = 0
        for segment in segments:
            self.offsets.append(self._length)
            self._length += len(segment)

    def located(self, place: int) -> tuple[Segment, int]:
        """The segment that holds a place, and the place in it."""
        at = len(self.offsets) - 1
        while self.offsets[at] > place:
            at -= 1
        return self._segments[at], place - self.offsets[at]

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> CodeLine | None: ...
    @overload
    def __getitem__(self, place: slice) -> list[CodeLine | None]: ...
    def __getitem__(self, place: int | slice) -> CodeLine | list[CodeLine | None] | None:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(self._length))]
        segment, at = self.located(place)
        return segment.line(at)
