from __future__ import annotations

from pathlib import Path

from gatewright.retrieval.confined import copied, reached
from gatewright.retrieval.repository import Repository


def test_what_a_module_needs_is_copied_with_what_that_includes(
    chip: Repository, tmp_path: Path
) -> None:
    (chip.root / "rtl" / "pad.v").write_text('`include "x.vh"\nmodule pad(input a); endmodule\n')
    (chip.root / "inc").mkdir()
    (chip.root / "inc" / "x.vh").write_text("`define X\n")
    chip.refresh()
    top = chip.definition("top")
    assert top is not None
    files = copied(chip, top, tmp_path / "there")
    assert set(files.compiled) == {
        f"rtl/{name}"
        for name in ("top.sv", "arbiter.sv", "pad.v", "wild.sv", "top_pkg.sv", "bus_if.sv")
    }
    assert files.included == ("inc/x.vh",)
    assert files.folders == ["src/inc", "src/rtl"]
    assert all((tmp_path / "there" / file).is_file() for file in files.written)
    assert (tmp_path / "there/src/inc/x.vh").read_text() == "`define X\n"


def test_an_include_with_folders_is_found_from_where_they_begin(
    chip: Repository, tmp_path: Path
) -> None:
    pad = chip.root / "rtl" / "pad.v"
    pad.write_text('`include "lib/x.vh"\nmodule pad(input a); endmodule\n')
    for folder in ("inc/lib", "inc/other"):
        (chip.root / folder).mkdir(parents=True)
        (chip.root / folder / "x.vh").write_text("`define X\n")
    chip.refresh()
    top = chip.definition("pad", "rtl/top.sv")
    assert top is not None
    files = copied(chip, top, tmp_path / "there")
    assert files.folders == ["src/inc", "src/inc/lib", "src/inc/other", "src/rtl"]


def test_every_module_is_reached_once_and_the_nearest(chip: Repository) -> None:
    tb = chip.definition("tb")
    assert tb is not None
    found = list(reached(chip, tb))
    assert found[0] == tb
    assert len(found) == len(set(found)) == 7
    assert [d.path for d in found if d.name == "pad"] == ["rtl/pad.v"]
