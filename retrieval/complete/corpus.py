"""The other files of a repository, made ready to be copied from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath

from gatewright.retrieval.complete.headers import Header, headers_of
from gatewright.retrieval.complete.lines import CodeLine, code_text, unit_named
from gatewright.retrieval.complete.stream import END_OF_LINE, Stream, Vocabulary

RAREST = 60  # a line that stands in at most so many places says something of its file


class Corpus:
    """Lines of code of many files, found by text, by shape and by the comment above.

    Between two files stands None, so that no line follows another file's last. Built once; then
    only read, so that several threads may use it.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self.paths: list[str] = sorted(files)
        self.lines: list[CodeLine | None] = [None]
        self.file_of: list[int] = [-1]
        self.unit_of: list[str] = [""]
        self.stems: list[str] = [PurePosixPath(path).stem for path in self.paths]
        self.by_text: dict[str, list[int]] = {}
        self.by_texts: dict[tuple[str, str], list[int]] = {}
        self.by_shape: dict[str, list[int]] = {}
        self.by_shapes: dict[tuple[str, str], list[int]] = {}
        self.by_above: dict[str, list[int]] = {}
        self._headers: dict[str, list[tuple[int, Header]]] = {}
        for number, path in enumerate(self.paths):
            self._add(number, files[path])

    def _add(self, number: int, text: str) -> None:
        before: CodeLine | None = None
        unit = ""
        for line in code_text(text).lines:
            at = len(self.lines)
            self.lines.append(line)
            self.file_of.append(number)
            unit = unit_named(line) or unit
            self.unit_of.append(unit)
            self.by_text.setdefault(line.text, []).append(at)
            self.by_shape.setdefault(line.shape, []).append(at)
            if line.above:
                self.by_above.setdefault(line.above, []).append(at)
            if before is not None:
                self.by_texts.setdefault((before.text, line.text), []).append(at)
                self.by_shapes.setdefault((before.shape, line.shape), []).append(at)
            before = line
        self.lines.append(None)
        self.file_of.append(-1)
        self.unit_of.append("")
        for header in headers_of(text):
            self._headers.setdefault(header.name, []).append((number, header))

    def numbers(self, paths: Iterable[str]) -> frozenset[int]:
        """The files' numbers; unknown paths are passed over."""
        wanted = set(paths)
        return frozenset(n for n, path in enumerate(self.paths) if path in wanted)

    def matching(self, globs: Sequence[str]) -> list[str]:
        """The files whose path, name or folder fits one of the globs."""
        if not globs:
            return []
        from gatewright.retrieval.pack import Exclusion

        allows = Exclusion(tuple(globs)).allows
        return [path for path in self.paths if not allows(path)]

    def header(self, name: str, without: frozenset[int] = frozenset()) -> Header | None:
        """The first definition of a module in the files that are not left out."""
        for number, header in self._headers.get(name, ()):
            if number not in without:
                return header
        return None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Numbers for the tokens of all files."""
        return self._row[0]

    @cached_property
    def stream(self) -> Stream:
        """All files' tokens in a row."""
        return self._row[1]

    @cached_property
    def _row(self) -> tuple[Vocabulary, Stream]:
        vocabulary = Vocabulary()
        end = vocabulary.number(END_OF_LINE)
        row: list[int] = []
        labels: list[int] = []
        for line, file in zip(self.lines, self.file_of, strict=True):
            if line is not None:
                row.extend(map(vocabulary.number, line.tokens))
            row.append(end)
            labels.extend([file] * (len(row) - len(labels)))
        return vocabulary, Stream(row, labels)

    def spelling(self, tokens: tuple[str, ...], without: frozenset[int]) -> str | None:
        """How a row of tokens is written (its spacing) where it is; None where it is nowhere."""
        for place in self._by_tokens.get(tokens, ()):
            line = self.lines[place]
            if line is not None and self.file_of[place] not in without:
                return line.parsed.code
        return None

    @cached_property
    def _by_tokens(self) -> dict[tuple[str, ...], list[int]]:
        found: dict[tuple[str, ...], list[int]] = {}
        for place, line in enumerate(self.lines):
            if line is not None:
                found.setdefault(line.tokens, []).append(place)
        return found
