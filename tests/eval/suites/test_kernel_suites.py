from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import DataError, Language, UsageError
from gatewright.datasets.multikernelbench import ELSEWHERE
from gatewright.datasets.pins import pin_of
from gatewright.eval.answers import code_candidate
from gatewright.eval.suites.registry import open_suite
from gatewright.eval.suites.robust_kbench import RobustKBench

SUITES = ("kernelbench", "robust-kbench", "multikernelbench", "multikernelbench-triton")


@pytest.mark.parametrize("name", SUITES)
def test_each_suite_has_its_name_and_says_how_to_get_its_data(name: str) -> None:
    suite = open_suite(name)
    assert suite.name == name
    assert tuple(suite.rule_sets)[-2:] == ("official", "strict")
    assert ("legacy" in suite.rule_sets) == (name == "kernelbench")
    assert tuple(suite.default_rules) == ("official", "strict")
    with pytest.raises(DataError, match="datasets get"):
        suite.load(None)
    assert pin_of(name) is not None


@pytest.mark.parametrize("backend", sorted(ELSEWHERE))
def test_other_backends_are_named_with_what_they_need(backend: str) -> None:
    with pytest.raises(UsageError, match=r"cannot be run here.*needs"):
        open_suite(f"multikernelbench-{backend}")


def test_the_table_groups_by_direction_and_level() -> None:
    suite = RobustKBench()
    assert suite.category("layernorm/backward") == "own backward"
    assert suite.category("level_1/task_9/forward") == "level_1 forward"


def test_each_backend_asks_for_its_own_kernels(tmp_path: Path) -> None:
    path = tmp_path / "reference" / "activation" / "relu.py"
    path.parent.mkdir(parents=True)
    path.write_text("def get_inputs(): ...\n")
    suite = open_suite("multikernelbench-triton")
    (problem,) = suite.load(tmp_path).problems
    assert "@triton.jit" in suite.messages(problem)[0].text
    assert problem.language is Language.TRITON  # so that the loop's coder writes it, too
    assert code_candidate(problem, "x = 1").sources[0].name.endswith(".py")
    assert "load_inline" in open_suite("multikernelbench").messages(problem)[0].text
