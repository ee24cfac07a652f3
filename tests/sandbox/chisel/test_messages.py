from __future__ import annotations

from gatewright.core import Severity
from gatewright.sandbox.chisel.elaborator import Elaboration, Ended
from gatewright.sandbox.chisel.messages import (
    firtool_diagnostics,
    firtool_warnings,
    hinted,
    logged,
    thrown,
)


def test_what_chisel_printed_becomes_remarks_at_their_lines() -> None:
    output = (
        "\x1b[31m[error]\x1b[0m A.scala 4:15: High index 9 is out of range [0, 7]\n"
        "printed by the design\n"
        "[warn] A.scala 2:139: [W004] Dynamic index with width 4 is too wide\n"
        "[error] There were 1 error(s) during hardware elaboration.\n"
    )
    error, warning = logged(output)
    assert (error.severity, error.file, error.line, error.column) == (
        Severity.ERROR,
        "A.scala",
        4,
        15,
    )
    assert (warning.severity, warning.code) == (Severity.WARNING, "W004")
    assert warning.message == "Dynamic index with width 4 is too wide"


def test_a_summary_exception_says_nothing_that_the_log_did_not() -> None:
    elaboration = Elaboration(
        Ended.EXCEPTION,
        exception="chisel3.internal.Errors",
        message="Fatal errors during hardware elaboration.",
        output="[error] A.scala 4:15: High index 9 is out of range [0, 7]\n",
    )
    assert [d.line for d in thrown(elaboration, ("A.scala",))] == [4]


def test_an_exception_stands_at_the_first_line_of_the_candidate() -> None:
    elaboration = Elaboration(
        Ended.EXCEPTION,
        exception="java.lang.NullPointerException",
        message="x is null",
        frames=("Other.scala:3", "A.scala:7", "A.scala:9"),
    )
    (found,) = thrown(elaboration, ("A.scala",))
    assert (found.message, found.file, found.line) == (
        "NullPointerException: x is null",
        "A.scala",
        7,
    )


def test_firtool_s_errors_and_warnings() -> None:
    rows = [
        {"location": [{"file": "A.scala", "line": 2, "column": 7}], "message": "combinational"},
        {"location": [], "message": "somewhere"},
        "nonsense",
    ]
    found = firtool_diagnostics(rows)
    assert [(d.file, d.line, d.column) for d in found] == [("A.scala", 2, 7), ("", 0, 0)]
    output = "A.scala:4:8: warning: RHS width 8 exceeds LHS width 1\nA.scala:5:1: error: no\n"
    assert [(d.line, d.severity) for d in firtool_warnings(output)] == [(4, Severity.WARNING)]


def test_known_faults_say_what_to_do() -> None:
    assert "withClock" in hinted("No implicit clock.")
    assert hinted("something else.") == "something else."
