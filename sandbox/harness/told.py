"""A verdict in words: for a reader, and for a model."""

from __future__ import annotations

from gatewright.core import Verdict
from gatewright.sandbox.harness.log_excerpt import counts_samples, log_excerpt
from gatewright.sandbox.harness.mismatch_table import mismatch_lines

STATIC = "static"
"""The tool of remarks that come from counting and compiling: nothing in them was timed."""
_MOST = 10


def told(verdict: Verdict, unit: str = "") -> str:
    """A Verdict for a reader: outcome, why, where, the first mismatch, the tools' remarks.

    `unit` is that of the first mismatch's times, such as `1ps`; empty where it is not known.
    """
    lines = [_headline(verdict)]
    remarks = [one for one in verdict.diagnostics if one.tool != STATIC]
    lines += [f"  {remark}" for remark in remarks[:_MOST]]
    if len(remarks) > _MOST:
        lines.append(f"  … and {len(remarks) - _MOST} more")
    for test in verdict.tests:
        message = f": {test.message.strip().splitlines()[0]}" if test.message.strip() else ""
        lines.append(f"  {test.outcome:12} {test.name}{message}")
    if verdict.first_mismatch:
        lines += [f"  {line}" for line in mismatch_lines(verdict.first_mismatch, unit)]
    lines += _counted(verdict)
    lines += log_excerpt(verdict)
    if verdict.waveform:
        lines.append(f"  waveform: {verdict.waveform}")
    return "\n".join(lines)


def _counted(verdict: Verdict) -> list[str]:
    """What was counted of a kernel, apart from what was found, and named as what it is."""
    found = [one for one in verdict.diagnostics if one.tool == STATIC]
    if not found:
        return []
    places = [f"{one.file}:{one.line}: " if one.line else "" for one in found]
    gpu = verdict.tools.get(STATIC, "GPU")
    head = f"  static, for the {gpu} (exact counts at reduced sizes; no time):"
    return [head, *(f"    {p}{one.message}" for p, one in zip(places, found, strict=True))]


def _headline(verdict: Verdict) -> str:
    klass = f" ({verdict.failure_class})" if verdict.failure_class else ""
    counts = _counts(verdict)
    return f"{str(verdict.outcome).upper()}{klass}{': ' if counts else ''}{counts}"


def _counts(verdict: Verdict) -> str:
    """How many checks were made, where the check says so; else what its testbench complained of."""
    inconclusive = str(verdict.outcome) == "inconclusive"
    if verdict.mismatches is None or inconclusive:
        return ""
    if verdict.rules == "hardened" and not counts_samples(verdict.log):
        if verdict.passed:
            return "1 testbench"
        number = verdict.mismatches
        told = f"{number} failure{'' if number == 1 else 's'} reported by the testbench"
        return "" if verdict.diagnostics and number == 1 else told
    if verdict.passed:
        return _checks(verdict.checks)
    return f"{verdict.mismatches} of {_checks(verdict.checks)} failed"


def _checks(count: int) -> str:
    return f"{count} check" if count == 1 else f"{count} checks"


def decided_by(verdict: Verdict) -> str:
    """Which device the verdict is of, and what it says about speed."""
    device = verdict.tools.get("device", "no device")
    speedup = verdict.metrics.get("speedup")
    if speedup is None:
        return f"decided by: {device}; nothing is said about speed"
    return f"decided by: {device}; {speedup:.2f} times as fast as the reference there"
