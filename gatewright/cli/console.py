"""What is printed where: results on stdout, progress and remarks on stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from gatewright.cli.terminal import escaped, shown

if TYPE_CHECKING:
    from rich.console import Console

    from gatewright.core import Verdict


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    text = json.dumps(document, indent=2, default=str, ensure_ascii=False)
    sys.stdout.write(escaped(text) + "\n")


def say(text: str) -> None:
    """A remark on stderr."""
    print(shown(text), file=sys.stderr)


def stdout_console() -> Console:
    """A rich console on stdout; honours NO_COLOR, plain where stdout is no terminal."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def stderr_console() -> Console:
    """A rich console on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def verdict_text(verdict: Verdict) -> str:
    """A Verdict for a reader: outcome, why, where, the first mismatch, the tools' remarks."""
    lines = [_headline(verdict)]
    lines += [f"  {diagnostic}" for diagnostic in verdict.diagnostics[:10]]
    if len(verdict.diagnostics) > 10:
        lines.append(f"  … and {len(verdict.diagnostics) - 10} more")
    for test in verdict.tests:
        message = f": {test.message.strip().splitlines()[0]}" if test.message.strip() else ""
        lines.append(f"  {test.outcome:12} {test.name}{message}")
    lines += _mismatch_lines(verdict)
    if not verdict.passed and not verdict.diagnostics and verdict.log.strip():
        lines += [f"  | {line}" for line in verdict.log.strip().splitlines()[-15:]]
    if verdict.waveform:
        lines.append(f"  waveform: {verdict.waveform}")
    return shown("\n".join(lines))


def _headline(verdict: Verdict) -> str:
    counts = ""
    if verdict.mismatches is not None:
        counts = f": {verdict.mismatches} of {_checks(verdict.checks)} failed"
        if verdict.passed:
            counts = f": {_checks(verdict.checks)}"
    klass = f" ({verdict.failure_class})" if verdict.failure_class else ""
    return f"{str(verdict.outcome).upper()}{klass}{counts}"


def _checks(count: int) -> str:
    return f"{count} check" if count == 1 else f"{count} checks"


def _mismatch_lines(verdict: Verdict) -> list[str]:
    first = verdict.first_mismatch
    if first is None:
        return []
    lines = [f"  first mismatch at time {first.time}: {', '.join(first.signals) or 'outputs'}"]
    if not first.window:
        return lines
    names = [sampled.signal for sampled in first.window[0].values]
    rows = [["time", *names]]
    for cycle in first.window:
        cells = [
            s.value if s.expected is None or s.expected == s.value else f"{s.value}≠{s.expected}"
            for s in cycle.values
        ]
        rows.append([str(cycle.time), *cells])
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(len(rows[0]))]
    lines += [
        "    " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=False))
        for row in rows
    ]
    lines.append("    (got≠expected)")
    return lines
