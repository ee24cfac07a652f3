from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gatewright.core import DataError, TestbenchSpec
from gatewright.datasets.verilogeval import Task, load

PORTS = "(input a, output b);"


def write_problem(folder: Path, name: str, *, header: bool = False) -> None:
    files = {
        "_prompt.txt": f"\nInvert a.\r\nmodule TopModule {PORTS}\n",
        "_ref.sv": f"module RefModule {PORTS} assign b = ~a; endmodule\n",
        "_test.sv": "module tb; endmodule\n",
    }
    if header:
        files["_ifc.txt"] = f"module TopModule {PORTS}\n"
    for suffix, text in files.items():
        (folder / f"{name}{suffix}").write_bytes(text.encode())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for task in Task:
        folder = tmp_path / task.folder
        folder.mkdir()
        for name in ("Prob002_b", "Prob001_a", "Prob010_c"):
            write_problem(folder, name, header=task is Task.CODE_COMPLETE)
        (folder / "problems.txt").write_text("Prob001_a\nProb002_b\n")
    return tmp_path


def test_reads_the_listed_problems_in_the_order_of_their_numbers(repository: Path) -> None:
    data = load(repository, Task.SPEC_TO_RTL, "suite")
    assert [problem.id for problem in data.problems] == ["Prob001_a", "Prob002_b"]
    assert data.folder == repository / "dataset_spec-to-rtl"


def test_a_problem_carries_its_files(repository: Path) -> None:
    problem = load(repository, Task.CODE_COMPLETE, "suite").problems[0]
    assert problem.spec == f"\nInvert a.\nmodule TopModule {PORTS}\n"
    assert problem.header == f"module TopModule {PORTS}\n"
    assert problem.top == "TopModule"
    assert isinstance(problem.harness, TestbenchSpec)
    assert problem.harness.top == "tb"
    assert problem.harness.testbench[0].name == "Prob001_a_test.sv"
    assert problem.harness.reference == problem.reference
    assert (problem.origin.suite, problem.origin.licence) == ("suite", "MIT")
    assert len(problem.origin.sha256) == 64


def test_the_dataset_folder_itself_will_do(repository: Path) -> None:
    for task in Task:
        whole = load(repository, task, "suite")
        assert load(repository / task.folder, task, "suite").sha256 == whole.sha256


def test_a_bare_folder_of_the_other_task_is_refused(repository: Path) -> None:
    alone = repository / "alone"
    shutil.copytree(repository / Task.CODE_COMPLETE.folder, alone)
    assert load(alone, Task.CODE_COMPLETE, "suite").problems
    with pytest.raises(DataError, match="not a VerilogEval v2 folder for the task spec-to-rtl"):
        load(alone, Task.SPEC_TO_RTL, "suite")


def test_without_a_listing_the_folder_is_read_as_it_lies(repository: Path) -> None:
    (repository / "dataset_spec-to-rtl" / "problems.txt").unlink()
    names = [problem.id for problem in load(repository, Task.SPEC_TO_RTL, "suite").problems]
    assert names == ["Prob001_a", "Prob002_b", "Prob010_c"]


def test_the_hash_follows_the_files_read_and_nothing_else(repository: Path) -> None:
    folder = repository / "dataset_spec-to-rtl"
    before = load(repository, Task.SPEC_TO_RTL, "suite").sha256
    (folder / "notes.txt").write_text("mine")
    (folder / "Prob010_c_ref.sv").write_text("not listed")
    (folder / "problems.txt").write_text("Prob002_b Prob001_a Prob001_a")
    assert load(repository, Task.SPEC_TO_RTL, "suite").sha256 == before
    (folder / "Prob001_a_ref.sv").write_text("module RefModule; endmodule")
    assert load(repository, Task.SPEC_TO_RTL, "suite").sha256 != before


def test_a_listed_problem_without_a_file_is_a_damaged_copy(repository: Path) -> None:
    (repository / "dataset_spec-to-rtl" / "Prob002_b_test.sv").unlink()
    with pytest.raises(DataError, match=r"Prob002_b_test\.sv: cannot be read.*incomplete"):
        load(repository, Task.SPEC_TO_RTL, "suite")


@pytest.mark.parametrize("kind", ["missing", "empty", "file", "other"])
def test_a_folder_that_is_not_one_says_what_was_looked_for(tmp_path: Path, kind: str) -> None:
    place = tmp_path / kind
    if kind == "file":
        place.write_text("text")
    elif kind != "missing":
        place.mkdir()
    if kind == "other":
        (place / "verified_adder.v").write_text("module adder; endmodule")
    with pytest.raises(DataError, match=r"--data|dataset_spec-to-rtl/"):
        load(place, Task.SPEC_TO_RTL, "suite")


def test_an_empty_listing_is_said(repository: Path) -> None:
    (repository / "dataset_spec-to-rtl" / "problems.txt").write_text("\n")
    with pytest.raises(DataError, match="holds no problems"):
        load(repository, Task.SPEC_TO_RTL, "suite")
