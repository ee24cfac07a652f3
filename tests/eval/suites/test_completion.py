from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import DataError, UsageError
from gatewright.eval.agent import SINGLE
from gatewright.eval.published import official_table
from gatewright.eval.request import RunRequest
from gatewright.eval.results import load_run
from gatewright.eval.runner import run
from gatewright.eval.suites.completion import Completion
from gatewright.eval.suites.completion_lines import (
    before_line,
    is_target,
    near_copies,
    read_repository,
    signature,
    targets,
)
from gatewright.eval.suites.completion_offline import SINGLE as OFFLINE_SINGLE
from gatewright.eval.suites.completion_offline import OfflineCompletions
from gatewright.eval.suites.completion_place import place_of
from gatewright.eval.suites.completion_score import COPIES_REMOVED, NEAR_COPY, NO_COPY
from gatewright.eval.suites.starter import Starter


def module(name: str, width: int) -> str:
    regs = "".join(f"  reg [{width}:0] {name}_{n};\n" for n in range(6))
    moves = "".join(f"    {name}_{n} <= {name}_{n - 1};\n" for n in range(1, 6))
    return (
        f"module {name} (input clk);\n{regs}  always @(posedge clk) begin\n{moves}  end\n"
        "endmodule\n"
    )


@pytest.fixture
def repositories(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "one"
    (folder / "rtl").mkdir(parents=True)
    for name, width in (("alpha", 7), ("beta", 3), ("gamma", 1)):
        (folder / "rtl" / f"{name}.v").write_text(module(name, width))
    (folder / "copy.v").write_text(module("alpha", 7))
    (folder / "latin.v").write_bytes("// \xe9t\xe9\nmodule l;\nendmodule\n".encode("latin-1"))
    (folder / "binary.v").write_bytes(b"\0\1\2")
    (folder / ".git").mkdir()
    (folder / ".git" / "hidden.v").write_text(module("hidden", 1))
    (tmp_path / "data" / "empty").mkdir()
    return tmp_path / "data"


def test_files_are_read_whatever_they_hold(repositories: Path) -> None:
    files = read_repository(repositories / "one")
    assert list(files) == ["copy.v", "latin.v", "rtl/alpha.v", "rtl/beta.v", "rtl/gamma.v"]
    assert "été" in files["latin.v"]


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("    assign a = b;", True),
        ("endmodule", True),
        ("end else", False),
        ("a <= b; // why", False),
        ("/* a block comment */", False),
        (" * of a comment", False),
    ],
)
def test_which_lines_are_asked(line: str, fits: bool) -> None:
    assert is_target(line) is fits


@pytest.mark.parametrize("above", ["//*****\n// one\n//*****\n", "// as rtl/*.v\n"])
def test_code_below_a_line_of_stars_is_drawn(above: str) -> None:
    assert len(targets({"a.v": above + module("a", 3)}, 8, "seed")) == 8


def test_targets_are_the_same_every_time_and_lie_outside_comments(repositories: Path) -> None:
    files = {**read_repository(repositories / "one"), "c.v": "/*\n" + "assign a = b;\n" * 20}
    found = targets(files, 12, "seed")
    assert found == targets(files, 12, "seed")
    assert len(found) == 12
    for target in found:
        assert files[target.path].split("\n")[target.line - 1] == target.text
        assert target.line >= 4 and target.path != "c.v"
    assert targets({}, 5, "seed") == ()


def test_near_copies_share_more_than_sixty_percent(repositories: Path) -> None:
    files = read_repository(repositories / "one")
    signatures = {path: signature(text) for path, text in files.items()}
    assert near_copies("rtl/alpha.v", signatures) == ("copy.v",)
    assert near_copies("rtl/beta.v", signatures) == ()


def test_what_is_before_a_line_ends_like_unix() -> None:
    assert before_line("a\r\nb\nc", 3) == "a\nb\n"


def test_a_near_copy_holds_more_than_three_fifths_of_the_lines() -> None:
    lines = [f"assign line_{n} = {n};" for n in range(10)]
    signatures = {f"{n}.v": signature("\n".join(lines[:n])) for n in (6, 7, 10)}
    assert near_copies("10.v", signatures) == ("7.v",)
    assert near_copies("6.v", signatures) == ("7.v", "10.v")


def test_lines_with_near_copies_are_asked_twice(repositories: Path) -> None:
    suite = Completion()
    problems = suite.load(repositories).problems
    kinds = {problem.id: problem.category for problem in problems}
    assert set(kinds.values()) == {NO_COPY, NEAR_COPY, COPIES_REMOVED}
    for problem in problems:
        names = {source.name for source in problem.context}
        assert place_of(problem).path not in names
        copy = {"copy.v", "rtl/alpha.v"} - {place_of(problem).path}
        if problem.category == COPIES_REMOVED:
            assert not copy & names
            assert kinds[problem.id.removesuffix(":without-copies")] == NEAR_COPY


def test_a_run_of_the_offline_completer_from_start_to_table(
    repositories: Path, tmp_path: Path
) -> None:
    suite = Completion()
    request = RunRequest(
        suite=suite, out=tmp_path / "run", answers=OfflineCompletions(suite), data=repositories
    )
    summary = run(request)
    assert summary.complete
    figures = summary.rules["exact"]
    assert figures.passed > 0.5 * figures.total  # shift registers are easy
    assert OFFLINE_SINGLE == SINGLE
    table = official_table(load_run(tmp_path / "run"), Completion()).splitlines()
    assert len(table) == 6
    assert table[1].startswith("whole repository")


def test_no_folder_and_no_repository_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--data"):
        Completion().load(None)
    with pytest.raises(DataError, match="four Verilog files"):
        Completion().load(tmp_path)


def test_the_offline_completer_refuses_other_suites() -> None:
    with pytest.raises(UsageError, match="starter asks for something else"):
        OfflineCompletions(Starter())
