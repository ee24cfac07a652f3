from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import DataError, TestbenchSpec
from gatewright.datasets.chipbench import Task, load


def add(root: Path, folder: str, stem: str = "Prob001_mux") -> Path:
    place = root / folder
    place.mkdir(parents=True, exist_ok=True)
    for suffix in ("_prompt.txt", "_ref.sv", "_test.sv"):
        (place / f"{stem}{suffix}").write_text(f"{stem}{suffix}\r\n")
    return place


def test_one_name_in_two_sets_is_two_problems(tmp_path: Path) -> None:
    add(tmp_path, "Verilog Gen/dataset_cpu_ip")
    add(tmp_path, "Verilog Gen/dataset_self_contain", "Prob002_mux")
    add(tmp_path, "Verilog Gen/dataset_self_contain")
    problems = load(tmp_path, Task.GENERATION).problems
    assert [p.id for p in problems] == [
        "self_contain-Prob001_mux", "self_contain-Prob002_mux", "cpu_ip-Prob001_mux",
    ]  # fmt: skip
    first = problems[0]
    assert (first.category, first.spec, first.top) == (
        "self_contain", "Prob001_mux_prompt.txt\n", "TopModule",
    )  # fmt: skip
    assert isinstance(first.harness, TestbenchSpec)
    assert first.harness.testbench[0].name == "self_contain-Prob001_mux_test.sv"
    assert first.harness.reference == first.reference


def test_each_task_has_its_own_folders(tmp_path: Path) -> None:
    add(tmp_path, "Verilog Debugging/dataset_debug_zero_shot_timing")
    add(tmp_path, "Verilog Debugging/dataset_debug_one_shot_timing", "Prob002_mux")
    assert [p.id for p in load(tmp_path, Task.DEBUGGING).problems] == ["timing-Prob001_mux"]
    assert [p.id for p in load(tmp_path, Task.DEBUGGING_ONE_SHOT).problems] == [
        "timing-Prob002_mux"
    ]
    with pytest.raises(DataError, match=r"not a ChipBench folder.*dataset_self_contain"):
        load(tmp_path, Task.GENERATION)


def test_the_published_list_is_not_believed(tmp_path: Path) -> None:
    place = add(tmp_path, "Verilog Gen/dataset_cpu_ip")
    add(tmp_path, "Verilog Gen/dataset_cpu_ip", "Prob002_alu")
    (place / "problems.txt").write_text("Prob002_alu\n")
    assert len(load(tmp_path, Task.GENERATION).problems) == 2


def test_the_hash_is_of_the_triplets(tmp_path: Path) -> None:
    place = add(tmp_path / "a", "Verilog Gen/dataset_cpu_ip")
    add(tmp_path / "b/ChipBench", "Verilog Gen/dataset_cpu_ip")
    first = load(tmp_path / "a", Task.GENERATION).sha256
    assert load(tmp_path / "b", Task.GENERATION).sha256 == first
    (place / "README").write_text("")
    assert load(tmp_path / "a", Task.GENERATION).sha256 == first
    (place / "Prob001_mux_ref.sv").write_text("")
    assert load(tmp_path / "a", Task.GENERATION).sha256 != first


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        load(tmp_path / "nowhere", Task.GENERATION)
    place = add(tmp_path, "Verilog Gen/dataset_cpu_ip")
    (place / "Prob001_mux_ref.sv").unlink()
    with pytest.raises(DataError, match=r"Prob001_mux_ref\.sv: cannot be read"):
        load(tmp_path, Task.GENERATION)
