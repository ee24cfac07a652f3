"""What the tools share: turns, many askers at once, closing."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gatewright.agents.workbench import (
    Applied,
    Proposal,
    Workbench,
    WorkbenchLimits,
    from_json,
    to_json,
)
from gatewright.core import DataError, Interrupted, Source, UsageError
from gatewright.core.config import load_settings


def test_many_ask_at_once_while_files_change(bench: Workbench, repo: Path) -> None:
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            text = f"module n{number % 7}(input a, output y);\n  assign y = a;\nendmodule\n"
            (repo / "rtl" / f"n{number % 7}.sv").write_text(text)
            time.sleep(0.01)

    def ask(number: int) -> str:
        asked = (
            lambda: sorted(hit.name for hit in bench.search("adder", level="module").hits)[0],
            lambda: bench.show("adder").modules[0].name,
            lambda: bench.drivers("adder.s").places[0].module,
            lambda: bench.context("rtl/adder.sv", 2).file and "adder",
            lambda: bench.complete("rtl/adder.sv", 3).lines and "adder",
        )
        return str(asked[number % len(asked)]())

    changer = threading.Thread(target=change)
    changer.start()
    try:
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, range(60))) == {"adder"}
    finally:
        stop.set()
        changer.join()


def test_checks_take_turns(repo: Path, tmp_path: Path) -> None:
    settings = load_settings({"cache_dir": tmp_path / "c"}, environ={}, cwd=tmp_path)
    with Workbench([repo], settings=settings, limits=WorkbenchLimits(jobs=1)) as bench:
        with ThreadPoolExecutor(4) as pool:
            checks = [
                pool.submit(bench.verify, ["rtl/adder.sv"], reference=["rtl/adder.sv"])
                for _ in range(4)
            ]
            assert all(check.result().passed for check in checks)
        stop = threading.Event()
        stop.set()
        with bench._at_work(), pytest.raises(Interrupted, match="stopped before"):
            bench.generate("module x", stop=stop)


def test_a_closed_workbench_opens_anew(bench: Workbench) -> None:
    assert bench.search("adder").hits
    bench.close()
    assert bench.search("adder").hits


def test_a_folder_without_hdl_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    settings = load_settings({"cache_dir": tmp_path / "c"}, environ={}, cwd=tmp_path)
    with (
        Workbench([tmp_path / "empty"], settings=settings) as bench,
        pytest.raises(DataError, match="holds no Verilog"),
    ):
        bench.search("adder")
    with pytest.raises(UsageError, match="no such folder"):
        Workbench([tmp_path / "nowhere"])


def test_arguments_out_of_range_are_told(bench: Workbench) -> None:
    wrong = (
        lambda: bench.search(""),
        lambda: bench.search("x" * 5000),
        lambda: bench.search("x", level="gate"),
        lambda: bench.search("x", count=0),
        lambda: bench.cone("adder.s", depth=101),
        lambda: bench.drivers("adder"),
        lambda: bench.complete("rtl/adder.sv", 99),
        lambda: bench.complete("rtl/adder.sv", 1, block=3, ports=True),
        lambda: bench.complete("rtl/adder.sv", 3, use_model=True),
        lambda: bench.context("rtl/adder.sv", 99),
        lambda: bench.verify(["rtl/adder.sv"], reference=["rtl/adder.sv"], time_limit_s=0),
        lambda: bench.verify(["rtl/adder.sv"], reference=["rtl/adder.sv"], simulator="vcs"),
        lambda: bench.verify(["rtl/adder.sv"], reference=["rtl/adder.sv"], language="cobol"),
        lambda: bench.verify(["rtl/adder.sv"], cocotb=["rtl/adder.sv"]),
        lambda: bench.generate("x", language="cobol"),
        lambda: bench.generate("x", oracle="delphi"),
        lambda: bench.generate("x", top="not a name"),
        lambda: bench.generate(" "),
        lambda: bench.testbench("x", style="uvm"),
        lambda: bench.propose_edit("rtl/adder.sv"),
        lambda: bench.read_file("rtl/adder.sv", first=0),
        lambda: bench.read_file("rtl/adder.sv", first=3, last=2),
        lambda: bench.lint([Source("a.sv", "x" * (17 << 20))]),
        lambda: bench.lint([Source("a.sv", "x")] * 2001),
    )
    for ask in wrong:
        with pytest.raises((UsageError, DataError)):
            ask()


def test_edits_outlive_the_process(bench: Workbench, repo: Path) -> None:
    kept = to_json(bench.propose_edit("rtl/adder.sv", text="module adder; endmodule\n"))
    applied = bench.apply_edit(from_json(Proposal, kept))
    again = from_json(Applied, to_json(applied))
    with Workbench([repo], settings=bench.settings) as later:
        later.undo(again)
    assert "a + b" in (repo / "rtl" / "adder.sv").read_text()
    for broken in (None, [], {"path": "x"}, {**_strings(Proposal), "text": 1}):
        with pytest.raises(DataError, match="propose the edit again"):
            from_json(Proposal, broken)


def _strings(kind: type[Proposal]) -> dict[str, object]:
    from dataclasses import fields

    return {f.name: "" for f in fields(kind)}


def test_search_compares_vectors_where_the_settings_say_so(repo: Path, tmp_path: Path) -> None:
    settings = load_settings(
        {"cache_dir": tmp_path / "c", "embedding": "hashed"}, environ={}, cwd=tmp_path
    )
    with Workbench([repo], settings=settings) as bench:
        assert bench.search("count cycles that are enabled", level="module").hits
    assert list((tmp_path / "c").rglob("*.vectors"))
