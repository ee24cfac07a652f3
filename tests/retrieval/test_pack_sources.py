"""The files that code is compiled with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import DataError
from gatewright.retrieval import pack_sources
from gatewright.retrieval.pack_sources import Needed, needed_files
from gatewright.retrieval.repository import Repository

FILES = {
    "rtl/top.sv": "module top import b_pkg::*; (bus_if bus);\n  leaf u (bus);\nendmodule\n",
    "rtl/leaf.sv": '`include "inc/m.svh"\nmodule leaf (bus_if bus);\n  top loop ();\nendmodule\n',
    "rtl/bus_if.sv": "interface bus_if;\n  a_pkg::t x;\nendinterface\n",
    "rtl/b_pkg.sv": "package b_pkg;\n  import a_pkg::*;\nendpackage\n",
    "rtl/a_pkg.sv": "package a_pkg;\n  typedef logic t;\nendpackage\n",
    "rtl/inc/m.svh": '`include "n.vh"\n`define M 1\n',
    "rtl/inc/n.vh": '`include "m.svh"\n`define N 1\n',
    "tb/leaf.sv": "module leaf ();\nendmodule\n",
    "other/top.sv": "module other ();\n  lost u ();\nendmodule\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    root = tmp_path / "repo"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    with Repository.open(root, tmp_path / "cache") as opened:
        yield opened


def needed(repository: Repository, body: str) -> Needed:
    return needed_files(repository, [f"module mine;\n{body}\nendmodule\n"], lambda path: True)


def test_in_the_order_of_compilation_each_once(repository: Repository) -> None:
    paths = [file.path for file in needed(repository, "top u ();").files]
    assert paths.index("rtl/a_pkg.sv") < paths.index("rtl/b_pkg.sv") < paths.index("rtl/top.sv")
    assert paths.index("rtl/bus_if.sv") < paths.index("rtl/leaf.sv")
    assert set(paths) == {p for p in FILES if p.startswith("rtl/")}
    assert len(paths) == len(set(paths)) + 1  # m.svh goes by two names: it includes itself


def test_includes_go_by_the_names_they_are_included_by(repository: Repository) -> None:
    names = {file.name: file.path for file in needed(repository, "leaf u ();").files}
    assert names["inc/m.svh"] == names["m.svh"] == "rtl/inc/m.svh"
    assert names["n.vh"] == "rtl/inc/n.vh"


def test_the_design_rather_than_the_testbenchs_copy(repository: Repository) -> None:
    assert [d.path for d in needed(repository, "leaf u ();").definitions] == ["rtl/leaf.sv"]


def test_what_is_missing_and_what_is_its_own(repository: Repository) -> None:
    found = needed(repository, "lost u ();\nhelper h ();\nendmodule\nmodule helper;")
    assert (found.files, found.missing) == ((), ("lost",))


def test_two_files_of_one_name(repository: Repository) -> None:
    names = [file.name for file in needed(repository, "top a ();\nother b ();").files]
    assert {"top.sv", "2_top.sv"} <= set(names)
    assert len(names) == len(set(names))


def test_a_name_that_is_taken(repository: Repository) -> None:
    code = ["module mine;\nother u ();\nendmodule\n"]
    found = needed_files(repository, code, lambda path: True, ["top.sv"])
    assert [file.name for file in found.files] == ["2_top.sv"]


def test_a_design_without_end_is_refused(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_sources, "_MOST_FILES", 3)
    with pytest.raises(DataError, match="more than 3 files"):
        needed(repository, "top u ();")
