"""RTLLM on real data: the references under each rule set, and what must not pass."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatewright.eval.preflight import preflight
from gatewright.eval.suites.rtllm import Rtllm
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.icarus import open_icarus

DATA = os.environ.get("GATEWRIGHT_DATA", "")
pytestmark = pytest.mark.skipif(
    not DATA or not (Path(DATA) / "rtllm").is_dir(),
    reason="GATEWRIGHT_DATA names no folder with rtllm/",
)

# Testbenches that a design without any function passes; docs/errata_rtllm.md says why.
WEAK = {"edge_detect", "fixed_point_adder", "fixed_point_substractor"}


@pytest.mark.parametrize("rules", ["official", "errata", "hardened"])
def test_references_fail_where_the_testbench_is_known_to_be_at_fault(rules: str) -> None:
    suite = Rtllm()
    problems = suite.load(Path(DATA)).problems
    harness = suite.harness(rules)
    failed = {p.id for p in problems if not harness.check(p, suite.references(p)).passed}
    assert failed == set(suite.known_faults(rules)) & {p.id for p in problems}
    assert len(problems) >= 20


@pytest.mark.skipif(not os.environ.get("GATEWRIGHT_THOROUGH"), reason="takes a minute")
def test_nothing_hostile_and_little_else_passes_hardened() -> None:
    found = preflight(Rtllm(), Path(DATA), rules=("hardened",))
    (rule,) = found.rules
    assert rule.ok
    assert (rule.refused, rule.forged) == ((), ())
    assert {weak.problem for weak in rule.weak} <= WEAK
    assert found.tools["iverilog"] == open_icarus(open_isolation()).version
