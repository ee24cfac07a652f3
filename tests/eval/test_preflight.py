from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tinysuite import TinyHarness, TinySuite

from gatewright.core import (
    Candidate,
    Direction,
    FailureClass,
    Interface,
    Outcome,
    Port,
    Problem,
    UsageError,
    Verdict,
)
from gatewright.eval.preflight import preflight, preflight_json
from gatewright.eval.probes import PROBES, probe_candidate
from gatewright.eval.report import print_preflight
from gatewright.eval.suites import Dataset
from gatewright.eval.suites.registry import open_suite

INTERFACE = Interface(
    "top",
    (
        Port("clk", Direction.INPUT),
        Port("a", Direction.INPUT, 4, True, 4, 1),
        Port("q", Direction.OUTPUT, 8),
        Port("valid", Direction.OUTPUT, 1, False, 0, 0),
    ),
)


class Loose(TinyHarness):
    """Passes, besides what it should, what its rule set's weakness lets through."""

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        note = candidate.note
        weak = note == "zeros" and problem.id == "P00"
        forged = self.rules == "lenient" and note in ("finish", "claim")
        if weak or forged:
            return Verdict(Outcome.PASS, rules=self.rules, tools={"tiny": "1.0"})
        if self.rules == "lenient" and problem.id == "P01" and not note:
            return Verdict(Outcome.FAIL, FailureClass.TIMEOUT, rules=self.rules, code="T")
        return super().check(problem, candidate)


class LooseSuite(TinySuite):
    def load(self, data: Path | None) -> Dataset:
        dataset = super().load(data)
        return replace(
            dataset, problems=tuple(replace(p, interface=INTERFACE) for p in dataset.problems)
        )

    def harness(self, rules: str) -> TinyHarness:
        return Loose(rules)

    def known_faults(self, rules: str) -> Mapping[str, str]:
        return {"P01": "its time limit"} if rules == "lenient" else {}


def test_ceiling_floor_and_what_is_wrong_by_rule_set() -> None:
    result = preflight(LooseSuite(12))
    lenient, strict = result.rules
    assert (lenient.ceiling, strict.ceiling) == (11, 12)
    assert [(r.problem, r.why, r.known) for r in lenient.refused] == [
        ("P01", "timeout (T)", "its time limit")
    ]
    assert len(lenient.forged) == 12
    assert "end or forge the simulation pass 12" in lenient.faults[0]
    assert strict.forged == ()
    assert [(w.problem, w.probes) for w in strict.weak] == [("P00", ("zeros",))]
    assert strict.ok
    assert not lenient.ok
    assert result.ok
    assert result.tools == {"tiny": "1.0"}


def test_a_constant_may_pass_where_the_design_has_no_inputs() -> None:
    class Constant(LooseSuite):
        def load(self, data: Path | None) -> Dataset:
            dataset = super().load(data)
            bare = Interface("top", tuple(p for p in INTERFACE.ports if p.name == "q"))
            first, *rest = dataset.problems
            return replace(dataset, problems=(replace(first, interface=bare), *rest))

    result = preflight(Constant(5), rules=["strict"])
    assert result.constants == ("P00",)
    assert result.rules[0].weak == ()
    assert [len(f.passed) for f in result.rules[0].floors if f.probe.name == "zeros"] == [1]
    assert result.ok


def test_a_part_of_a_suite_is_in_order_where_the_whole_is() -> None:
    result = preflight(LooseSuite(12), rules=["strict"], problems="P00")
    assert [w.problem for w in result.rules[0].weak] == ["P00"]
    assert result.ok


def test_the_table_fits_a_narrow_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_preflight(preflight(LooseSuite(12)), Console(width=40))
    text = capsys.readouterr().out
    assert "…" not in text
    for words in ("references", "claim-only", "lenient", "not in order"):
        assert words in text


def test_too_many_weak_problems_are_a_fault() -> None:
    result = preflight(LooseSuite(5), rules=["strict"])
    assert result.rules[0].faults == ("a constant passes 1: P00",)
    assert not result.ok


def test_a_reference_that_fails_unexpectedly_is_a_fault() -> None:
    class Broken(LooseSuite):
        def references(self, problem: Problem) -> Candidate:
            return super().references(replace(problem, id="other"))

    result = preflight(Broken(20), rules=["strict"])
    assert "20 references fail: P00, P01, P02, P03, P04 and 15 more" in result.rules[0].faults[0]


def test_progress_counts_every_check() -> None:
    seen: list[tuple[int, int]] = []
    preflight(LooseSuite(3), rules=["strict"], progress=lambda *step: seen.append(step))
    total = 3 * (1 + len(PROBES))
    assert seen == [(n, total) for n in range(1, total + 1)]


def test_the_finding_as_json_and_as_a_table(tmp_path: Path) -> None:
    result = preflight(LooseSuite(12))
    found = json.loads(json.dumps(preflight_json(result)))
    assert found["ok"] is True
    assert found["rules"]["lenient"]["ceiling"] == {"passed": 11, "total": 12}
    assert found["rules"]["strict"]["floor"]["zeros"] == 1
    console = Console(width=140, record=True, file=(tmp_path / "text").open("w"))
    print_preflight(result, console)
    text = console.export_text()
    for words in ("11/12", "not in order", "reference of P01 fails", "strict: P00 passes zeros"):
        assert words in text


def test_the_table_says_what_its_rows_are_and_what_the_exit_status_goes_by(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = preflight(LooseSuite(12))
    print_preflight(result, Console(width=140))
    text = capsys.readouterr().out
    for probe in PROBES:
        assert f"{probe.name}: a design that {probe.what}" in text
    assert "the exit status is that of strict, the strictest: in order" in text
    assert "being fooled is expected there" in text


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(UsageError, match="no rule set"):
        preflight(LooseSuite(), rules=["odd"])


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_probes_are_designs_that_a_front_end_takes(probe) -> None:
    from gatewright.sandbox.tools.slang import parse_interfaces, syntax_diagnostics

    made = probe_candidate(probe, INTERFACE)
    assert not syntax_diagnostics(made.sources)
    (found,) = parse_interfaces(made.sources)
    assert [(p.name, p.direction, p.width, p.signed) for p in found.ports] == [
        (p.name, p.direction, p.width, p.signed) for p in INTERFACE.ports
    ]


def test_the_bundled_suite_is_in_order_on_the_installed_tools() -> None:
    result = preflight(open_suite("starter"), problems="a*,k*,f*")
    assert result.ok, result.rules[-1].faults
    assert result.problems >= 3
    assert result.rules[-1].weak == ()
    assert result.unprobed == ()
