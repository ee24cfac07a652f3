from __future__ import annotations

import io

import pytest

from gatewright.core import UsageError
from gatewright.eval.audit import Audit, AuditRow, audit_json, audit_suite
from gatewright.eval.audit_table import print_audit, remarks
from gatewright.eval.executors.local import LocalExecutor
from gatewright.eval.suites.registry import open_suite
from gatewright.sandbox.harness.reference import ReferenceHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.mutants import Fate, Measure


@pytest.fixture(scope="module")
def found() -> Audit:
    comparison = ReferenceHarness(open_isolation(), reproducible=True)
    told: list[tuple[int, int]] = []
    audit = audit_suite(
        open_suite("starter"),
        problems="kmap_*,debounce",
        measure=Measure(most=12, comparison=comparison),
        executor=LocalExecutor(2),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]
    return audit


def test_a_suite_is_audited_in_its_own_order(found: Audit) -> None:
    assert [row.problem for row in found.rows] == ["kmap_alarm", "kmap_dont_care", "debounce"]
    assert found.sound
    assert found.rules == "hardened"
    by_name = {row.problem: row.strength for row in found.rows}
    alarm, open_map, debounce = (
        by_name[name] for name in ("kmap_alarm", "kmap_dont_care", "debounce")
    )
    assert alarm is not None
    assert open_map is not None
    assert debounce is not None
    assert alarm.score == 1.0
    assert alarm.masked == 0
    assert open_map.masked == pytest.approx(5 / 16)  # its don't-cares
    assert debounce.checks >= 1200  # two a round, and more where the reset pulses
    assert not debounce.blind_to
    assert found.score is not None
    assert found.score > 0.8


def test_the_document_counts_and_names_the_survivors(found: Audit) -> None:
    document = audit_json(found)
    assert document["mutants"]["killed"] == found.count(Fate.KILLED)
    rows = {row["problem"]: row for row in document["problems"]}
    for name, row in rows.items():
        counts = row["mutants"]
        assert len(row["survivors"]) == counts["survived"] + counts["different"]
        assert all(s["line"] > 0 and s["operator"] for s in row["survivors"]), name
    total = sum(row["mutants"]["killed"] for row in document["problems"])
    alive = sum(len(row["survivors"]) for row in document["problems"])
    assert document["score"] == pytest.approx(total / (total + alive))


def test_the_table_lists_every_problem(found: Audit) -> None:
    from rich.console import Console

    text = io.StringIO()
    print_audit(found, Console(file=text, width=100))
    shown = text.getvalue()
    assert all(row.problem in shown for row in found.rows)
    assert "31.2 %" in shown
    assert "no proofs" in shown


def test_what_cannot_be_audited_says_why(found: Audit) -> None:
    row = AuditRow("p", fault="the testbench cannot be used")
    assert not row.sound
    assert remarks(row) == ["p: not audited: the testbench cannot be used"]
    audit = Audit("s", "r", (row,), False, 0.0)
    assert audit.score is None
    assert not audit.sound
    assert audit_json(audit)["problems"][0]["fault"] == row.fault


def test_an_unknown_rule_set_is_an_error() -> None:
    with pytest.raises(UsageError, match="no rule set"):
        audit_suite(open_suite("starter"), rules="lenient", problems="mux4")
