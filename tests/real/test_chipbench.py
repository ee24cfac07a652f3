"""ChipBench on real data: every reference passes or is known not to; no buggy design passes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewright.core import Candidate, Source
from gatewright.datasets.pins import folder_of
from gatewright.eval.executors.local import LocalExecutor
from gatewright.eval.suites.chipbench import ChipBench, debugging, debugging_one_shot, generation

DATA = os.environ.get("GATEWRIGHT_DATA", "")
FOLDER = next(
    (p for p in (Path(DATA) / "chipbench", Path(DATA) / "ChipBench") if DATA and p.is_dir()),
    folder_of("chipbench"),
)
pytestmark = pytest.mark.skipif(
    FOLDER is None,
    reason="GATEWRIGHT_DATA names no folder with chipbench/, and `datasets get` brought none",
)
SLOW = pytest.mark.skipif(
    not os.environ.get("GATEWRIGHT_THOROUGH"), reason="one design runs for 30 CPU s"
)
OPENERS = (generation, debugging, debugging_one_shot)


@pytest.mark.parametrize("rules", ["official", "errata", "hardened"])
@pytest.mark.parametrize("opener", OPENERS)
def test_references_fail_where_the_files_are_known_to_be_at_fault(
    opener: Callable[[], ChipBench], rules: str
) -> None:
    suite = opener()
    problems = suite.load(FOLDER).problems
    harness = suite.harness(rules)
    checked = LocalExecutor(2).map(
        lambda p: (p.id, harness.check(p, suite.references(p)).passed), problems
    )
    failed = {name for name, passed in checked if not passed}
    assert failed == set(suite.known_faults(rules))
    assert len(problems) >= 45


@pytest.mark.parametrize(
    "rules",
    ["hardened", pytest.param("official", marks=SLOW), pytest.param("errata", marks=SLOW)],
)
def test_no_design_that_is_to_be_mended_passes_as_it_is(rules: str) -> None:
    suite = debugging()
    harness = suite.harness(rules)
    for problem in suite.load(FOLDER).problems:
        blocks = re.findall(r"```\w*\n(.*?)(?:```|\Z)", problem.spec, re.DOTALL)
        buggy = [block for block in blocks if "module TopModule" in block][-1]
        assert not harness.check(problem, Candidate((Source("bug.sv", buggy),))).passed, problem.id
