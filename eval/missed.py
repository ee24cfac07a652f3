"""What of a design was never reached, for a reader: neighbouring lines and bits are one remark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from gatewright.sandbox.harness.verilator_coverage import Coverage, Missed

_TOGGLE = re.compile(r"(?P<name>[^\[:]+)(?P<index>[^:]*):(?P<edge>0->1|1->0)")
_ONE_INDEX = re.compile(r"\[(\d+)\]")
_EDGES = {
    frozenset({"0->1"}): "never rises",
    frozenset({"1->0"}): "never falls",
    frozenset({"0->1", "1->0"}): "never changes",
}
_WAYS = {
    "if": "a condition is never true",
    "else": "a condition is never false",
    "cond_then": "'?' never takes its first value",
    "cond_else": "'?' never takes its second value",
}


def missed_remarks(coverage: Coverage) -> list[str]:
    """What was never reached, a line each: lines first, then branches, then signals."""
    return [
        *_lines(m for m in coverage.missed if m.kind == "line"),
        *dict.fromkeys(_branch(m) for m in coverage.missed if m.kind == "branch"),
        *_toggles(m for m in coverage.missed if m.kind == "toggle"),
    ]


def _lines(missed: Iterable[Missed]) -> Iterator[str]:
    files: dict[str, set[int]] = {}
    for each in missed:
        files.setdefault(each.place.file, set()).add(each.place.line)
    for file, lines in files.items():
        for first, last in _runs(lines):
            many = f"-{last}" if last > first else ""
            yield f"{file}:{first}{many}: never executed"


def _branch(missed: Missed) -> str:
    said = _WAYS.get(missed.what, f"the way '{missed.what}' is never taken")
    return f"{missed.place.file}:{missed.place.line}: {said}"


def _toggles(missed: Iterable[Missed]) -> Iterator[str]:
    """A line for all bits of a signal that miss the same edges."""
    signals: dict[tuple[str, int, str], dict[str, set[str]]] = {}
    for each in missed:
        match = _TOGGLE.fullmatch(each.what)
        if match is None:
            continue
        key = (each.place.file, each.place.line, match["name"])
        signals.setdefault(key, {}).setdefault(match["index"], set()).add(match["edge"])
    for (file, line, name), bits in signals.items():
        alike: dict[frozenset[str], list[str]] = {}
        for index, edges in bits.items():
            alike.setdefault(frozenset(edges), []).append(index)
        for edges_missed, indices in alike.items():
            yield f"{file}:{line}: {_bits(name, indices)} {_EDGES[edges_missed]}"


def _bits(name: str, indices: list[str]) -> str:
    """`q[7:4,2]`; of an array how many of its bits."""
    if indices == [""]:
        return name
    numbers = [match and int(match[1]) for match in map(_ONE_INDEX.fullmatch, indices)]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return f"{name} ({len(indices)} bits)" if len(indices) > 1 else f"{name}{indices[0]}"
    runs = reversed(list(_runs(known)))
    return f"{name}[{','.join(f'{b}:{a}' if b > a else str(a) for a, b in runs)}]"


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow each other, in order."""
    for _, run in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        row = [number for _, number in run]
        yield row[0], row[-1]
