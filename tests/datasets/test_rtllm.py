from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import DataError, Language, TestbenchSpec
from gatewright.datasets.rtllm import load

BENCH = "module tb;\n  halver uut (.a(a));\nendmodule\n"


def add(root: Path, place: str, *, spec: str = "Module name:\n    halver\n", bench: str = BENCH):
    folder = root / place
    folder.mkdir(parents=True)
    (folder / "design_description.txt").write_text(spec)
    (folder / "testbench.v").write_text(bench)
    (folder / f"verified_{folder.name}.v").write_text("module verified_halver; endmodule\n")
    return folder


def test_reads_a_design_with_its_data_files(tmp_path: Path) -> None:
    folder = add(tmp_path, "Memory/Shifter/halver")
    (folder / "expected.dat").write_bytes(b"\xff0\n")
    (folder / "makefile").write_text("all:\n")
    (problem,) = load(tmp_path).problems
    assert isinstance(problem.harness, TestbenchSpec)
    assert (problem.id, problem.category, problem.top) == ("halver", "Memory", "halver")
    assert problem.language is Language.VERILOG
    assert [s.name for s in problem.harness.data] == ["expected.dat"]
    assert problem.harness.data[0].text.encode("utf-8", "surrogateescape") == b"\xff0\n"
    assert problem.reference[0].name == "verified_halver.v"


def test_the_order_is_that_of_the_categories(tmp_path: Path) -> None:
    add(tmp_path, "Memory/A/a", bench=BENCH)
    add(tmp_path, "Arithmetic/B/z", bench=BENCH)
    assert [p.id for p in load(tmp_path).problems] == ["z", "a"]


def test_the_top_is_what_the_testbench_instantiates(tmp_path: Path) -> None:
    add(tmp_path, "Memory/A/halber")  # the folder's name is misspelt
    add(tmp_path, "Memory/B/halver", spec="Module name:\n    halve\n")  # the description's is
    assert [p.top for p in load(tmp_path).problems] == ["halver", "halver"]


def test_a_testbench_for_something_else_is_refused(tmp_path: Path) -> None:
    add(tmp_path, "Memory/A/other", spec="Module name:\n    another\n")
    with pytest.raises(DataError, match="instantiates neither"):
        load(tmp_path)


def test_the_hash_is_of_what_is_read_and_of_nothing_else(tmp_path: Path) -> None:
    folder = add(tmp_path / "one", "Memory/Shifter/halver")
    add(tmp_path / "two/rtllm", "Memory/Shifter/halver")
    first = load(tmp_path / "one").sha256
    assert load(tmp_path / "two").sha256 == first
    (folder / "makefile").write_text("all:\n")
    assert load(tmp_path / "one").sha256 == first
    (folder / "data.txt").write_text("0\n")
    assert load(tmp_path / "one").sha256 != first


def test_what_is_no_copy_is_refused_with_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not an RTLLM v2.0 folder.*Arithmetic"):
        load(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        load(tmp_path / "nowhere")
    folder = add(tmp_path, "Memory/Shifter/halver")
    (folder / "verified_halver.v").unlink()
    with pytest.raises(DataError, match="holds 0 files"):
        load(tmp_path)
    (folder / "verified_halver.v").write_text("")
    (folder / "design_description.txt").unlink()
    with pytest.raises(DataError, match="cannot be read"):
        load(tmp_path)
