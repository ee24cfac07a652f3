"""Reads the value change dumps (IEEE 1364-2005 §18.2) that a confined simulation left behind.

The file may be cut off (the simulation was killed) or be garbage: what can be read is read, and
nothing in it makes this module raise anything but DataError. Only the signals asked for are kept.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from gatewright.core import DataError

MAX_FILE_MB = 64
MAX_VARIABLES = 50_000
MAX_WIDTH = 65_536
MAX_CHANGES = 1_500_000
_MAX_LINE = MAX_WIDTH + 256
_MAX_TIME_DIGITS = 19
_SCALARS = frozenset(b"01xXzZ")
Steps = tuple[tuple[int, str], ...]
_NOT_A_VECTOR = frozenset({"real", "realtime", "string", "parameter", "event"})


@dataclass(frozen=True, slots=True)
class Variable:
    """A dumped signal: its full dotted name, width in bits, kind and identifier code.

    Two variables with the same code are the same net seen from two scopes.
    """

    name: str
    width: int
    kind: str
    code: bytes

    @property
    def leaf(self) -> str:
        """The name without its scopes."""
        return self.name.rpartition(".")[2]

    @property
    def scope(self) -> str:
        """The dotted scope it lives in ('' at the top)."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Header:
    """The declarations of a dump; `unit` is the time unit as written, such as `1ps`."""

    path: Path
    variables: tuple[Variable, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A signal's changes: `values[i]` (binary digits, x, z, most significant first) from
    `times[i]` on; several entries may share a time (delta cycles), the last one stands.
    """

    width: int
    times: Sequence[int] = ()
    values: Sequence[str] = ()

    def before(self, time: int) -> str:
        """The value just before `time`: what a clocked process sees at an edge then."""
        return self._value(bisect_left(self.times, time) - 1)

    def at(self, time: int) -> str:
        """The settled value at `time`."""
        return self._value(bisect_right(self.times, time) - 1)

    def steps(self) -> Steps:
        """The changes of the settled value alone: equal for two views of one net."""
        settled = dict(zip(self.times, self.values, strict=True))
        steps: list[tuple[int, str]] = []
        for time, value in settled.items():
            if not steps or steps[-1][1] != value:
                steps.append((time, value))
        return tuple(steps)

    def _value(self, index: int) -> str:
        return self.values[index] if index >= 0 else "x" * self.width


@dataclass(frozen=True, slots=True)
class Body:
    """The traces asked for, by identifier code, and the last time the dump speaks of."""

    traces: dict[bytes, Trace] = field(default_factory=dict)
    end: int = 0


def open_vcd(path: Path) -> Header:
    """Read the declarations. Raises DataError where the file is no VCD or is too large."""
    with _opened(path) as file:
        return _read_header(path, file)


def read_traces(header: Header, wanted: Sequence[Variable]) -> Body:
    """Read the changes of the wanted variables, at most MAX_CHANGES of them in all.

    Raises DataError where the file cannot be opened any more.
    """
    widths = {variable.code: variable.width for variable in wanted}
    times: dict[bytes, list[int]] = {code: [] for code in widths}
    values: dict[bytes, list[str]] = {code: [] for code in widths}
    now, budget = 0, MAX_CHANGES
    with _opened(header.path) as file:
        _skip_header(file)
        for token, code in _changes(file):
            if not code:
                now = max(now, int(token))
                continue
            width = widths.get(code)
            if width is None:
                continue
            times[code].append(now)
            values[code].append(_widen(token.decode("ascii", "replace").lower(), width))
            budget -= 1
            if not budget:
                break
    traces = {code: Trace(widths[code], times[code], values[code]) for code in widths}
    return Body(traces, now)


def _opened(path: Path) -> BinaryIO:
    """The simulation may have left a link or a pipe in the file's place: only files are read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise DataError(f"cannot read the waveform: {error.strerror}", where=str(path)) from error
    file = os.fdopen(descriptor, "rb")
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_FILE_MB << 20:
        return file
    file.close()
    if not stat.S_ISREG(found.st_mode):
        raise DataError("the waveform is not a plain file", where=str(path))
    raise DataError(
        f"the waveform is {found.st_size >> 20} MB, more than {MAX_FILE_MB} MB",
        where=str(path),
        hint="dump fewer signals or a shorter time",
    )


def _read_header(path: Path, file: BinaryIO) -> Header:
    scopes: list[str] = []
    variables: list[Variable] = []
    unit = ""
    for keyword, words in _declarations(file):
        if keyword == "$enddefinitions":
            return Header(path, tuple(variables), unit)
        if keyword == "$scope":
            scopes.append(words[1] if len(words) > 1 else "?")
        elif keyword == "$upscope" and scopes:
            scopes.pop()
        elif keyword == "$timescale":
            unit = "".join(words)
        elif keyword == "$var" and len(variables) < MAX_VARIABLES:
            variable = _variable(scopes, words)
            if variable is not None:
                variables.append(variable)
    raise DataError(
        "the waveform has no complete header", where=str(path), hint="is it a VCD file?"
    )


def _variable(scopes: Sequence[str], words: Sequence[str]) -> Variable | None:
    """`reg 8 # data [7:0]`; None for what has no bits and for what is malformed."""
    if len(words) < 4 or words[0] in _NOT_A_VECTOR or not words[1].isascii():
        return None
    if not words[1].isdigit() or not 0 < len(words[1]) <= 6 or not 0 < int(words[1]) <= MAX_WIDTH:
        return None
    leaf = words[3].partition("[")[0] if not words[3].startswith("\\") else words[3]
    name = ".".join([*scopes, leaf or words[3]])
    return Variable(name, int(words[1]), words[0], words[2].encode("latin-1", "replace"))


def _declarations(file: BinaryIO) -> Iterator[tuple[str, list[str]]]:
    """Each `$keyword words… $end` of the header, which may span lines or share one."""
    keyword, words = "", list[str]()
    while line := file.readline(_MAX_LINE):
        for word in line.decode("latin-1").split():
            if word == "$end":
                if keyword:
                    yield keyword, words
                keyword, words = "", []
            elif not keyword:
                if not word.startswith("$"):
                    return
                keyword = word
                if word == "$enddefinitions":
                    yield keyword, words
                    return
            elif len(words) < 16:
                words.append(word)


def _skip_header(file: BinaryIO) -> None:
    while line := file.readline(_MAX_LINE):
        if b"$enddefinitions" in line:
            return


def _changes(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """(value, code) of each change, and (time, b"") of each time stamp."""
    vector = b""
    while line := file.readline(_MAX_LINE):
        for word in line.split():
            if vector:
                if vector[0] in b"bB":
                    yield vector[1:], word
                vector = b""
            elif word[0] in _SCALARS:
                if len(word) > 1:
                    yield word[:1], word[1:]
            elif word[0] == 35:  # '#'
                if not word[1:].isdigit() or len(word) > _MAX_TIME_DIGITS:
                    return
                yield word[1:], b""
            elif word[0] in b"bBrRsS" and len(word) > 1:
                vector = word


def _widen(digits: str, width: int) -> str:
    """Left-extend as §18.2.1 says: by 0 after 0 or 1, else by the leading x or z."""
    if not digits or digits.strip("01xz"):
        return "x" * width
    if len(digits) >= width:
        return digits[-width:]
    return (digits[0] if digits[0] in "xz" else "0") * (width - len(digits)) + digits
