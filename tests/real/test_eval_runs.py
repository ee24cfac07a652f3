"""Runs on real benchmark data with the real tools: recorded verdicts, the ceiling, the floor."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gatewright.eval import Generations, References, RunRequest, load_run, run
from gatewright.eval.preflight import preflight
from gatewright.eval.published import official_table
from gatewright.eval.suites.registry import open_suite

DATA = os.environ.get("GATEWRIGHT_DATA")
pytestmark = pytest.mark.skipif(
    DATA is None, reason="GATEWRIGHT_DATA names no folder with benchmark data"
)
PROBLEMS = "Prob0[05]*,Prob034*,Prob126*"


def folder(*parts: str) -> Path:
    return Path(DATA or "", *parts)


def recorded(tmp_path: Path) -> tuple[Path, dict[tuple[str, int], dict]]:
    source = folder("samples", "dataset_spec-to-rtl.jsonl").read_text().splitlines()[1:]
    answers = tmp_path / "answers.jsonl"
    record = {}
    with answers.open("w") as file:
        for row in map(json.loads, source):
            record[row["problem"], row["sample"]] = row
            line = {"task": row["problem"], "sample": row["sample"], "code": row["code"]}
            file.write(json.dumps(line) + "\n")
    return answers, record


def test_real_answers_get_the_verdicts_on_record(tmp_path: Path) -> None:
    answers, record = recorded(tmp_path)
    request = RunRequest(
        open_suite("verilogeval"),
        tmp_path / "out",
        Generations(answers),
        data=folder("verilog-eval"),
        rules=("official", "errata"),
        problems=PROBLEMS,
    )
    summary = run(request)
    assert summary.complete
    assert summary.manifest.samples == 5
    for row in load_run(request.out).results:
        for rules, found in row.rules.items():
            assert found.passed == record[row.task, row.sample][rules]["passes"], row
    assert "pass_rate" in official_table(load_run(request.out), request.suite)


def test_references_reach_the_ceiling_under_every_rule_set_but_the_published(
    tmp_path: Path,
) -> None:
    suite = open_suite("verilogeval")
    request = RunRequest(
        suite,
        tmp_path / "out",
        References(),
        data=folder("verilog-eval"),
        rules=[name for name in suite.rule_sets if name != "official"],
        problems=PROBLEMS,
    )
    for rule in run(request).rules.values():
        assert rule.passed == rule.total


def test_preflight_finds_what_is_known_of_the_published_flow() -> None:
    suite = open_suite("verilogeval")
    result = preflight(suite, folder("verilog-eval"), rules=["official"], problems="Prob00*")
    (official,) = result.rules
    assert official.ceiling == official.problems
    floors = {floor.probe.name: len(floor.passed) for floor in official.floors}
    assert floors["finish"] == official.problems
    assert floors["empty"] == 0
    assert "forge" in official.faults[0]
