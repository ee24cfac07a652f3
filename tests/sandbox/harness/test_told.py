from __future__ import annotations

from gatewright.core import Diagnostic, Outcome, Severity, Verdict
from gatewright.sandbox.harness.told import STATIC, told


def note(text: str, line: int, tool: str) -> Diagnostic:
    return Diagnostic(Severity.NOTE, text, "k.py", line, tool=tool)


def test_what_was_counted_stands_apart_and_is_named_as_counted() -> None:
    remarks = tuple(note(f"remark {n}", n, "ncu") for n in range(1, 13))
    counted = (note("32 sectors", 4, STATIC), Diagnostic(Severity.NOTE, "bound", tool=STATIC))
    tools = {"device": "cpu-emulated", STATIC: "NVIDIA T4"}
    lines = told(Verdict(Outcome.PASS, diagnostics=(*counted, *remarks), tools=tools)).splitlines()
    assert lines[1:3] == ["  k.py:1: note: remark 1", "  k.py:2: note: remark 2"]
    assert lines[11] == "  … and 2 more"
    assert lines[12:] == [
        "  static, for the NVIDIA T4 (exact counts at reduced sizes; no time):",
        "    k.py:4: 32 sectors",
        "    bound",
    ]


def test_a_verdict_without_counts_has_no_such_part() -> None:
    assert told(Verdict(Outcome.PASS)) == "PASS"
