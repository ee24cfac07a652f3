"""Lines of what was compiled, told as lines of the candidate's own file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gatewright.core import Diagnostic, Source, Verdict
from gatewright.sandbox.emulator import Unit

_DISTINCTIVE = 8
_KERNEL = re.compile(r"\w+(?=(<[^:]*>)?: )")
_ALSO = re.compile(r"(?<=\(the other access: line )\d+(?=\))")


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the parts of the units stand in the candidate's file."""

    file: str
    parts: tuple[tuple[Source, tuple[int, ...]], ...]

    @classmethod
    def of(cls, source: Source, units: Iterable[Unit]) -> Lines:
        """Look for every part's lines."""
        found = [part for unit in units for part in (*unit.cuda, *unit.cpp)]
        return cls(source.name, tuple((part, lines_of(source.text, part.text)) for part in found))

    def line(self, file: str, line: int, hint: str = "") -> int:
        """The candidate's line; 0 where it is not known. `hint` is a word that the part holds."""
        fitting = [(part, lines) for part, lines in self.parts if part.name == file]
        fitting.sort(key=lambda one: bool(hint) and hint not in one[0].text)
        for _, lines in fitting:
            if 0 < line <= len(lines) and lines[line - 1]:
                return lines[line - 1]
        return 0

    def placed(self, remarks: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The remarks, with the candidate's file and lines where these are known."""
        found = []
        for remark in remarks:
            # Parts of several extensions may be called the same; a remark begins with its kernel.
            hint = _KERNEL.match(remark.message)
            kernel = hint[0] if hint else ""
            line = self.line(remark.file, remark.line, kernel) if remark.file else 0
            if line:
                told = self._also(remark.message, remark.file, kernel)
                remark = replace(remark, file=self.file, line=line, message=told)
            found.append(remark)
        return tuple(found)

    def placed_in(self, verdict: Verdict) -> Verdict:
        """The verdict with its remarks placed, and its stages that repeat one of them."""
        placed = self.placed(verdict.diagnostics)
        told = {a.message: b.message for a, b in zip(verdict.diagnostics, placed, strict=True)}
        tests = tuple(replace(t, message=told.get(t.message, t.message)) for t in verdict.tests)
        return replace(verdict, diagnostics=placed, tests=tests)

    def _also(self, message: str, file: str, kernel: str) -> str:
        """A message that names a second line of the part, with that of the candidate's file."""
        return _ALSO.sub(
            lambda also: str(self.line(file, int(also[0]), kernel) or also[0]), message
        )


def lines_of(text: str, part: str) -> tuple[int, ...]:
    """For each line of a part the line of the text that it comes from; 0 where none is found.

    A part is a string of the text's, or several of them, one after the other.
    """
    at = text.find(part)
    if part and at >= 0:
        first = text.count("\n", 0, at) + 1
        return tuple(range(first, first + len(part.splitlines())))
    lines = [line.strip() for line in text.splitlines()]
    found, after = [], 0
    for line in part.splitlines():
        number = _next(lines, line.strip(), after)
        after = number or after
        found.append(number)
    return tuple(found)


def _next(lines: Sequence[str], wanted: str, after: int) -> int:
    """The number of the wanted line: the next one, or another where it is distinctive."""
    follows = after and after < len(lines)
    if follows and (lines[after].startswith(wanted) if wanted else not lines[after]):
        return after + 1
    if len(wanted) < _DISTINCTIVE:
        return 0
    order = (*range(after, len(lines)), *range(after))
    return next((index + 1 for index in order if wanted in lines[index]), 0)
