from __future__ import annotations

from gatewright.core import Diagnostic, Language, Severity, Source
from gatewright.sandbox.chisel.elaborator import Elaboration, Ended
from gatewright.sandbox.chisel.hints import hinted
from gatewright.sandbox.chisel.messages import (
    at_its_signal,
    firtool_diagnostics,
    firtool_warnings,
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
    assert [d.line for d in thrown(elaboration, {"A.scala": ""})] == [4]


def test_an_exception_stands_at_the_first_line_of_the_candidate() -> None:
    elaboration = Elaboration(
        Ended.EXCEPTION,
        exception="java.lang.NullPointerException",
        message="x is null",
        frames=("Other.scala:3", "A.scala:7", "A.scala:9"),
    )
    (found,) = thrown(elaboration, {"A.scala": ""})
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
    assert "import chisel3.util._" in hinted("not found: value switch")


def test_what_to_do_comes_before_a_message_that_will_be_cut() -> None:
    said = "overloaded method apply with alternatives:\n" + "x" * 200 + "(mapping: Seq[(S, T)]): T"
    assert hinted(said).startswith("the pairs of MuxLookup")


def test_a_count_of_warnings_is_no_warning() -> None:
    assert logged("[warn] There were 1 warning(s) during hardware elaboration.\n") == ()


def test_a_module_without_its_wrapping_is_told_where_it_is_made() -> None:
    elaboration = Elaboration(
        Ended.EXCEPTION,
        exception="chisel3.ChiselException",
        message="Error: attempted to instantiate a Module without wrapping it in Module().",
        frames=("A.scala:1", "A.scala:4", "A.scala:3"),
    )
    text = "class Inner extends RawModule\nclass Top extends RawModule {\n val i =\n new Inner\n}"
    (found,) = thrown(elaboration, {"A.scala": text})
    assert found.line == 4
    assert found.message.startswith("attempted")


def test_what_is_not_driven_stands_at_its_declaration() -> None:
    text = "class T extends RawModule {\n  val d = IO(Valid(Bool()))\n  val q = a\n  val q = b\n}\n"
    source = Source("A.scala", text, Language.CHISEL)

    def moved(name: str, line: int) -> Diagnostic:
        said = Diagnostic(Severity.ERROR, f'sink "{name}" not fully initialized', "A.scala", line)
        return at_its_signal(said, (source,))

    assert moved("d_bits", 1).line == 2
    assert moved("other", 1).line == 1
    hidden = moved("q", 3)
    assert (hidden.line, "line 4 declares another q" in hidden.message) == (3, True)
