"""Waveforms as tables: a time column, then one column a port."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.grid import Row as Cells
from gatewright.agents.symbolic.grid import bars, below, commas, tabs, words
from gatewright.agents.symbolic.ir import Sample, Signal, Value
from gatewright.agents.symbolic.page import Line, Page
from gatewright.agents.symbolic.readers.find import Find, WaveDraft, scan, span_of
from gatewright.agents.symbolic.signals import Names, cover_ports
from gatewright.agents.symbolic.values import column

_TIME = re.compile(r"^(?:time|t)\s*(?:[\[(]\s*[fpnum]?s\s*[\])])?$", re.IGNORECASE)
_MOMENT = re.compile(r"^(\d+(?:\.\d+)?)\s*(?:[fpnum]?s)?$", re.IGNORECASE)
MIN_SAMPLES = 4


def read(page: Page, names: Names) -> list[Find]:
    """All waveforms on the page. Raises Abstain for a damaged one."""
    return scan(page, names, _at)


def _at(page: Page, line: Line, names: Names) -> Find | None:
    for split in (bars, tabs, words, commas):
        header = split(re.sub(r"(?i)^(\W*time)\s+([\[(])", r"\1\2", line.text))
        if len(header) < 3 or not _TIME.match(header[0]):
            continue
        rows = [
            row
            for row in below(page.replaced(_joined_units(page)), line, split)
            if split is not words or _MOMENT.match(row.cells[0])
        ]
        if len(rows) >= MIN_SAMPLES:
            return _wave(line, header[1:], rows, names, _radix(page.text))
    return None


def _joined_units(page: Page) -> dict[int, str]:
    """Lines whose times are written `5 ns`, with the unit put beside the number."""
    unit = re.compile(r"^(\W*\d+)\s+(?=[fpnum]?s\b)")
    return {x.number: unit.sub(r"\1", x.text) for x in page.lines if unit.match(x.text)}


def _radix(text: str) -> int | None:
    hexadecimal = bool(re.search(r"\bhex(?:adecimal)?\b", text, re.IGNORECASE))
    decimal = bool(re.search(r"\bdecimal\b", text, re.IGNORECASE))
    return None if hexadecimal == decimal else 16 if hexadecimal else 10


def _wave(
    line: Line, header: Sequence[str], rows: list[Cells], names: Names, radix: int | None
) -> Find:
    settled = names.counted_from(header)
    signals = [settled.resolve(name) for name in header]
    columns = tuple(s for s in signals if s is not None)
    ports = names.interface.ports
    if len(columns) != len(signals) or not cover_ports(columns, ports):
        raise Abstain("the waveform's columns are not the module's ports")
    moments: list[float] = []
    for row in rows:
        match = _MOMENT.match(row.cells[0])
        if match is None or len(row.cells) != len(header) + 1:
            raise Abstain(f"line {row.line}: a row of the waveform was not understood")
        moments.append(float(match[1]))
    if any(b <= a for a, b in pairwise(moments)):
        raise Abstain("the waveform's times do not increase")
    values = [
        column([row.cells[i + 1] for row in rows], signal.width, radix, trace=True)
        for i, signal in enumerate(columns)
    ]
    samples = tuple(
        Sample(tuple(_digits(v[at], s) for v, s in zip(values, columns, strict=True)))
        for at in range(len(rows))
    )
    lines = frozenset({line.number, *(row.line for row in rows)})
    return Find(WaveDraft(columns, samples, span_of(lines)), lines)


def _digits(value: Value, signal: Signal) -> str:
    """Binary digits, `x` where unknown."""
    return "".join(
        str(value.bits >> bit & 1) if value.known >> bit & 1 else "x"
        for bit in reversed(range(signal.width))
    )
