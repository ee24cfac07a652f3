from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tinysuite import TinyAnswers, TinySuite

from gatewright.core import DataError, Oracle, UsageError
from gatewright.eval import RunRequest, compare_runs, comparison_json, load_run, run
from gatewright.eval.answers import References


@pytest.fixture
def pair(tmp_path: Path) -> tuple[RunRequest, RunRequest]:
    first = RunRequest(TinySuite(), tmp_path / "first", TinyAnswers(), rules=("all",))
    second = replace(first, out=tmp_path / "second", answers=References())
    return first, second


def test_gains_and_losses_are_listed(pair: tuple[RunRequest, RunRequest]) -> None:
    for request in pair:
        run(request)
    found = compare_runs(load_run(pair[0].out), load_run(pair[1].out))
    assert (found.rules, found.problems) == ("strict", 5)
    assert found.difference.value == pytest.approx(0.4)
    assert found.difference.low < 0.4 < found.difference.high
    assert [shift.problem for shift in found.gained] == ["P01", "P03"]
    assert found.lost == ()
    assert found.p_value == 0.5
    back = compare_runs(load_run(pair[1].out), load_run(pair[0].out))
    assert [shift.problem for shift in back.lost] == ["P01", "P03"]
    assert json.loads(json.dumps(comparison_json(found)))["difference"] == pytest.approx(0.4)


def test_other_data_is_refused(pair: tuple[RunRequest, RunRequest]) -> None:
    run(pair[0])
    run(replace(pair[1], suite=TinySuite(4)))
    with pytest.raises(DataError, match="different data"):
        compare_runs(load_run(pair[0].out), load_run(pair[1].out))


def test_only_common_problems_count_and_what_differs_is_said(
    pair: tuple[RunRequest, RunRequest],
) -> None:
    run(replace(pair[0], samples=2, tools={"iverilog": "11.0"}))
    golden = TinyAnswers(oracle=Oracle.GOLDEN)
    run(replace(pair[1], answers=golden, problems="P0[12]", tools={"iverilog": "12.0"}))
    found = compare_runs(load_run(pair[0].out), load_run(pair[1].out), "lenient")
    assert (found.problems, found.rules, found.p_value) == (2, "lenient", None)
    said = " ".join(found.cautions)
    for words in ("only the 2 problems", "2 and 1", "none and golden", "11.0 and 12.0"):
        assert words in said


def test_rules_that_one_run_lacks_are_refused(pair: tuple[RunRequest, RunRequest]) -> None:
    run(replace(pair[0], rules=("lenient",)))
    run(replace(pair[1], rules=("strict",)))
    with pytest.raises(UsageError, match="share no rule set"):
        compare_runs(load_run(pair[0].out), load_run(pair[1].out))
    with pytest.raises(UsageError, match="'strict'"):
        compare_runs(load_run(pair[0].out), load_run(pair[0].out), "strict")


def test_a_folder_that_holds_no_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no run is kept here.*--out"):
        load_run(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        load_run(tmp_path / "missing")
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(DataError, match="not a run's description"):
        load_run(tmp_path)
