"""What a model is shown of code and verdicts: numbered lines, one result line, small tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gatewright.agents.optimise import speed_told
from gatewright.core import (
    Cycle,
    Diagnostic,
    FailureClass,
    FirstMismatch,
    Interface,
    Language,
    Outcome,
    Problem,
    Sampled,
    Severity,
    Source,
    TestResult,
    Verdict,
)

MOST_CYCLES = 10
NOT_SIMULATED = frozenset(
    (
        FailureClass.NO_CODE,
        FailureClass.UNSAFE,
        FailureClass.SYNTAX,
        FailureClass.ELABORATION,
        FailureClass.INTERFACE,
    )
)
_MOST_COLUMNS = 16
_MOST_DIAGNOSTICS = 12
_LONGEST_MESSAGE = 300


def numbered(sources: Sequence[Source]) -> str:
    """The code with line numbers, `12| text`; file names only where there are several."""
    parts = []
    for source in sources:
        lines = source.text.rstrip("\n").split("\n")
        digits = len(str(len(lines)))
        listing = "\n".join(f"{i:>{digits}}| {line}".rstrip() for i, line in enumerate(lines, 1))
        parts.append(f"// {source.name}\n{listing}" if len(sources) > 1 else listing)
    return "\n\n".join(parts)


def cone(listing: str, code: str) -> str:
    """A cone's numbered lines; their numbers alone where they are most of the code shown above."""
    lines = listing.splitlines()
    numbers = [line.split("|", 1)[0].strip() for line in lines]
    if 2 * len(lines) < len(code.splitlines()) or not all(n.isdigit() for n in numbers):
        return listing
    return f"lines {_ranges([int(n) for n in numbers])} of the code" if numbers else ""


def _ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers, runs drawn together: `1-3, 7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}-{b}" if b > a else str(a) for a, b in runs)


def contract(problem: Problem) -> str:
    """The module header an answer must keep: as given, or written from the interface, or ''.

    In Chisel, a class with these ports and an empty body.
    """
    if problem.language is Language.CHISEL:
        return _chisel_class(problem.interface, problem.top) if problem.interface else ""
    if problem.header.strip():
        return problem.header.strip()
    return header_of(problem.interface, problem.top) if problem.interface else ""


def _chisel_class(interface: Interface, name: str) -> str:
    from gatewright.sandbox.chisel.scaffold import scaffold

    return scaffold(replace(interface, module=name or interface.module)).rstrip()


def header_of(interface: Interface, name: str = "") -> str:
    """An interface as a module header with one port a line."""
    ports = []
    for port in interface.ports:
        words = (port.direction, "signed" if port.signed else "", port.range_text, port.name)
        ports.append("    " + " ".join(word for word in words if word))
    return f"module {name or interface.module} (\n" + ",\n".join(ports) + "\n);"


_CLASS_WORDS = {
    FailureClass.NO_CODE: "The answer holds no code.",
    FailureClass.UNSAFE: "The code uses something that is not allowed in a design.",
    FailureClass.SYNTAX: "The code does not parse.",
    FailureClass.ELABORATION: "The code parses, but does not elaborate.",
    FailureClass.INTERFACE: "The module's name or ports are not the ones asked for.",
    FailureClass.MISMATCH: "The outputs differ from the expected ones.",
    FailureClass.NO_CHECKS: "The simulation ended before anything was checked.",
    FailureClass.TIMEOUT: "The simulation did not come to an end.",
    FailureClass.MEMORY: "The simulation ran out of memory.",
    FailureClass.CRASH: "The simulator crashed on this code.",
    FailureClass.NONEQUIVALENT: "The design is not equivalent to the reference.",
    FailureClass.SLOW: "The result is right, but too slow.",
}


def result_line(verdict: Verdict) -> str:
    """One or two sentences: what came out, with numbers."""
    if verdict.outcome is Outcome.PASS:
        return f"All checks pass. {speed_told(verdict)}".strip()
    if verdict.failure_class is None:
        return "Nothing could be decided."
    words = [_CLASS_WORDS[verdict.failure_class]]
    if verdict.mismatches and verdict.checks:
        words.append(f"{verdict.mismatches} of {verdict.checks} checks fail.")
    first = verdict.first_mismatch
    if first is not None:
        words.append(f"The first difference is at time {first.time} in {_listed(first.signals)}.")
    failed = [t for t in verdict.tests if t.message and t.outcome is not Outcome.PASS]
    words += [f"Test {t.name} fails: {t.message}" for t in failed if _counts(t)][:3]
    return " ".join(words)


def _counts(test: TestResult) -> bool:
    """Whether it failed, or nobody knows why it was not decided."""
    return test.outcome is Outcome.FAIL or not test.message.startswith("skipped")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:8])
    return shown + (" and others" if len(names) > 8 else "")


def diagnostics(found: Sequence[Diagnostic]) -> str:
    """The tools' remarks, errors first, one a line."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    ranked = sorted(found, key=lambda d: order[d.severity])
    lines = list(dict.fromkeys(str(d)[:_LONGEST_MESSAGE] for d in ranked))
    more = len(lines) - _MOST_DIAGNOSTICS
    return "\n".join(lines[:_MOST_DIAGNOSTICS] + ([f"… and {more} more"] if more > 0 else []))


def window(first: FirstMismatch | None) -> str:
    """The cycles up to the first mismatch as a table, the wrong cells marked; '' without any."""
    if first is None or not first.window:
        return ""
    cycles = first.window[-MOST_CYCLES:]
    names = _columns(cycles, first.signals)
    rows = [["time", *names]] + [_row(cycle, names) for cycle in cycles]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _columns(cycles: Sequence[Cycle], wrong: Sequence[str]) -> list[str]:
    """Signal names in order of appearance; where too many, the wrong ones are kept first."""
    names = list(dict.fromkeys(v.signal for cycle in cycles for v in cycle.values))
    if len(names) <= _MOST_COLUMNS:
        return names
    first = [name for name in names if name in wrong][: _MOST_COLUMNS // 2]
    rest = [name for name in names if name not in first][: _MOST_COLUMNS - len(first)]
    return [name for name in names if name in first or name in rest]


def _row(cycle: Cycle, names: Sequence[str]) -> list[str]:
    values = {value.signal: value for value in cycle.values}
    return [str(cycle.time), *(_cell(values.get(name)) for name in names)]


def _cell(value: Sampled | None) -> str:
    if value is None:
        return "-"
    got = short(value.value)
    if value.expected is None or agree(value.value, value.expected):
        return got
    return f"{got}≠{short(value.expected)}"


def agree(got: str, expected: str) -> bool:
    """Bit by bit equal, an expected x taking anything (`value === expected` with don't-cares)."""
    width = max(len(got), len(expected))
    pairs = zip(_extended(got, width), _extended(expected, width), strict=True)
    return all(e in "xX" or g.lower() == e.lower() for g, e in pairs)


def _extended(bits: str, width: int) -> str:
    """To the width as a VCD means it: by zeros, or by the leading x or z."""
    lead = bits[0] if bits and bits[0] in "xXzZ" else "0"
    return lead * (width - len(bits)) + bits


def short(bits: str) -> str:
    """Binary digits as Verilog's hexadecimal where they are many and known: `h3a`."""
    if len(bits) <= 4 or not set(bits) <= {"0", "1"}:
        return "x" if bits and set(bits) <= {"x", "X"} else bits
    return f"h{int(bits, 2):0{(len(bits) + 3) // 4}x}"
