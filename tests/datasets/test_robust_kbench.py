from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatewright.core import DataError, KernelSpec
from gatewright.datasets.robust_kbench import configurations, load


def config(**lists: list[dict[str, Any]]) -> bytes:
    kinds = ("init", "input", "shared")
    known = {f"{many}_{kind}_configs": [{}] for many in ("single", "multi") for kind in kinds}
    return json.dumps(known | lists).encode()


def task(root: Path, name: str, *directions: str, **filters: bool) -> Path:
    folder = root / "tasks" / name
    folder.mkdir(parents=True)
    for direction in directions:
        (folder / f"func_{direction}.py").write_text(f"# {name} {direction}\n")
        (folder / f"config_{direction}.json").write_bytes(
            config(multi_input_configs=[{"batch_size": 2}, {"batch_size": 3}])
        )
    if filters:
        (folder / "filter_results.json").write_text(json.dumps(filters))
    return folder


def test_each_direction_is_a_problem(tmp_path: Path) -> None:
    task(tmp_path, "layernorm", "forward", "backward")
    task(tmp_path, "kernelbench/level_1/task_10", "forward")
    task(tmp_path, "kernelbench/level_1/task_9", "forward")
    problems = load(tmp_path).problems
    assert [p.id for p in problems] == [
        "layernorm/forward",
        "layernorm/backward",
        "level_1/task_9/forward",
        "level_1/task_10/forward",
    ]
    assert [p.category for p in problems] == [
        "own forward", "own backward", "level_1 forward", "level_1 forward",
    ]  # fmt: skip
    spec = problems[1].harness
    assert isinstance(spec, KernelSpec)
    assert (spec.entry, spec.is_function, spec.backward) == ("backward", True, True)
    assert [json.loads(c.inputs) for c in spec.configurations] == [
        {"batch_size": 2}, {"batch_size": 3},
    ]  # fmt: skip


def test_every_combination_counts_once_and_shared_values_win() -> None:
    raw = config(
        multi_input_configs=[{"batch_size": 1}, {"batch_size": 8}],
        multi_init_configs=[{"method": "a"}, {"method": "b"}, {"method": "a"}],
        multi_shared_configs=[{"features": 4}, {"features": 5, "batch_size": 9}],
    )
    found = configurations(raw, "here")
    pairs = [(json.loads(c.init), json.loads(c.inputs)) for c in found]
    assert len(pairs) == 6
    assert ({"method": "b", "features": 4}, {"batch_size": 8, "features": 4}) in pairs
    both = {"features": 5, "batch_size": 9}
    assert ({"method": "a", **both}, both) in pairs


def test_single_configurations_stand_in_for_empty_ones() -> None:
    raw = config(single_input_configs=[{"N": 7}], single_init_configs=[{"eps": 1.0}])
    (only,) = configurations(raw, "here")
    assert (json.loads(only.inputs), json.loads(only.init)) == ({"N": 7}, {"eps": 1.0})
    with pytest.raises(DataError, match=r"here: not a task's configurations"):
        configurations(b"{}", "here")


def test_what_the_filters_reject_is_told_from_opinions(tmp_path: Path) -> None:
    task(tmp_path, "a", "forward", filter_output_std=True, filter_llm_redundancy=True)
    task(tmp_path, "b", "forward", filter_output_std=False, filter_llm_inefficiency=True)
    task(tmp_path, "c", "forward", filter_output_std=False)
    data = load(tmp_path)
    assert data.filtered == {"a/forward": ("the output hardly varies between inputs",)}
    assert data.doubted == {"b/forward": ("inefficient",)}


def test_what_is_no_data_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a robust-kbench folder"):
        load(tmp_path)
    folder = task(tmp_path, "a", "forward")
    (folder / "config_forward.json").unlink()
    with pytest.raises(DataError, match=r"config_forward\.json"):
        load(tmp_path)
