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


def test_a_pass_tells_what_the_design_itself_reports() -> None:
    icarus = "ERROR: design.sv:2: a is not 0\n       Time: 15 Scope: tb.dut\n"
    verilator = "[15000] %Error: design.sv:2: Assertion failed in tb.dut: a is not 0\n"
    head = "  the design itself reports errors, 2 times; its check does not count them:"
    for line in (icarus, verilator):
        log = f"PASS\n--- printed besides ---\nhello\n{line * 2}"
        lines = told(Verdict(Outcome.PASS, log=log)).splitlines()
        assert lines == ["PASS", head, "  | a is not 0"]
    others = "".join(f"ERROR: design.sv:{n}: {n % 5 or ''}\n" for n in range(10))
    lines = told(Verdict(Outcome.PASS, log=f"--- printed besides ---\n{others}")).splitlines()
    assert lines[2:] == [
        "  | assertion failed (2 times)",
        "  | 1 (2 times)",
        "  | 2 (2 times)",
        "  … and 2 others; --json has the log",
    ]
    assert told(Verdict(Outcome.PASS, log="ERROR: design.sv:1: the testbench's own")) == "PASS"
