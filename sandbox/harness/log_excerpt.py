"""What a reader is shown of a check's log: where it begins to fail, and how it ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatewright.core import Verdict

_FIRST, _LAST = 8, 4
_MOST_REPORTED, _LONGEST = 3, 160
_BESIDES = "--- printed besides ---"
_COMPLAINT = re.compile(r"error|fail|fatal|mismatch|wrong|incorrect|expected|assert", re.IGNORECASE)
_COUNTED = re.compile(r"^Mismatches: \d+ in \d+ samples", re.MULTILINE)
# `$error` of a design, as Icarus and as Verilator print it.
_REPORTED = re.compile(
    r"^(?:\[\d+\] %Error|ERROR|FATAL): design\.sv:\d+: (?:Assertion failed in \S+: )?(?P<said>.*)$",
    re.MULTILINE,
)
# What the comparison with a reference tells the harness; the first mismatch is shown besides.
_NOTES = re.compile(
    r"Reference: \S+ known \d+ bits|Hint: Output|Mismatches: \d+ in|random stimulus, seed"
)
_BEFORE_SIMULATION = ("no_code", "unsafe", "syntax", "elaboration", "interface")


def counts_samples(log: str) -> bool:
    """Whether the testbench says how many samples it compared."""
    return bool(_COUNTED.search(log))


def log_excerpt(verdict: Verdict) -> list[str]:
    """The log's lines for a reader, indented; empty where diagnostics say it all. Of a pass the
    errors that the design itself reported: its assertions decide nothing, but they failed."""
    if verdict.passed:
        return list(_reported(verdict.log.partition(_BESIDES)[2]))
    if verdict.diagnostics and verdict.failure_class in _BEFORE_SIMULATION:
        return []
    lines = _lines(verdict)
    if len(lines) <= _FIRST + _LAST + 1:
        return [f"  | {line}" for line in lines]
    found = (n for n, line in enumerate(lines) if _COMPLAINT.search(line))
    start = min(next(found, 0), len(lines) - _FIRST - _LAST)
    stop = start + _FIRST
    picked = [f"  | {line}" for line in lines[start:stop]]
    if start:
        picked.insert(0, f"  … {_counted(start)} before")
    left = len(lines) - _LAST - stop
    if left:
        picked.append(f"  … {_counted(left)} left out; --json has the log")
    return picked + [f"  | {line}" for line in lines[-_LAST:]]


def _reported(besides: str) -> Iterator[str]:
    found = (match["said"].strip()[:_LONGEST] for match in _REPORTED.finditer(besides))
    said = Counter(words or "assertion failed" for words in found)
    if said:
        times = _times(said.total())
        yield f"  the design itself reports errors, {times}; its check does not count them:"
    for words, count in list(said.items())[:_MOST_REPORTED]:
        yield f"  | {words}{f' ({_times(count)})' if len(said) > 1 else ''}"
    if len(said) > _MOST_REPORTED:
        yield f"  … and {len(said) - _MOST_REPORTED} others; --json has the log"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _counted(lines: int) -> str:
    return f"{lines} line" if lines == 1 else f"{lines} lines"


def _lines(verdict: Verdict) -> list[str]:
    """The testbench's own words; what the simulator printed only where there are none."""
    said, _, besides = verdict.log.partition(_BESIDES)
    lines = [line.rstrip() for line in (said.strip() or besides.strip()).splitlines()]
    lines = [line for line in lines if line]
    if verdict.rules == "reference":
        lines = [line for line in lines if not _NOTES.match(line)]
    return lines
