"""A benchmark scored on another simulator, and kept apart from runs on Icarus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gatewright.cli.app import app
from gatewright.core import ToolMissing, UsageError
from gatewright.eval.simulators import check_simulator, harness_on
from gatewright.eval.suites.registry import open_suite
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.verilator import open_verilator


def evaluated(out: Path, simulator: str) -> tuple[int, str]:
    words = ["eval", "starter", "--references", "--problems", "gray_*", "--out", str(out)]
    done = CliRunner().invoke(app, [*words, "--simulator", simulator, "--jobs", "1"])
    return done.exit_code, f"{done.output}{done.exception or ''}"


def test_a_run_on_verilator_says_so_and_is_not_resumed_on_icarus(tmp_path: Path) -> None:
    try:
        open_verilator(open_isolation())
    except ToolMissing as error:
        pytest.skip(str(error))
    status, said = evaluated(tmp_path / "run", "verilator")
    assert status == 0, said
    manifest = json.loads((tmp_path / "run" / "run.json").read_text())
    assert manifest["tools"]["simulator"] == "verilator"
    assert "iverilog" not in manifest["tools"]
    rows = (tmp_path / "run" / "results.jsonl").read_text().splitlines()
    assert rows
    assert all("verilator" in row for row in rows)
    status, said = evaluated(tmp_path / "run", "icarus")
    assert status != 0
    assert "simulator=verilator" in said


def test_rules_that_icarus_defines_stay_on_it() -> None:
    suite = open_suite("verilogeval")
    check_simulator(suite, ("official", "hardened"), SimulatorChoice.ICARUS)
    check_simulator(suite, ("hardened",), SimulatorChoice.AUTO)
    with pytest.raises(UsageError, match="'official'"):
        check_simulator(suite, ("official", "hardened"), SimulatorChoice.VERILATOR)
    with pytest.raises(UsageError, match="Icarus"):
        check_simulator(open_suite("cvdp"), ("hardened",), SimulatorChoice.AUTO)


@pytest.mark.parametrize("name", ["starter", "verilogeval", "chipbench", "rtllm"])
def test_hardened_rules_take_any_simulator(name: str) -> None:
    suite = open_suite(name)
    for simulator in SimulatorChoice:
        assert harness_on(suite, "hardened", simulator).rules == "hardened"
