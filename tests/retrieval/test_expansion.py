"""Modules read with the macros that other files of the repository define."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.retrieval.dataflow import cone
from gatewright.retrieval.drivers import drivers, loads
from gatewright.retrieval.outline import outlines
from gatewright.retrieval.pack import pack
from gatewright.retrieval.pack_parts import PartKind
from gatewright.retrieval.repository import Repository

REGISTERS = """\
`define CLOCK clk_i
`define FF(q, d, clk = `CLOCK) \\
  always_ff @(posedge (clk)) begin \\
    if (!rst_ni) q <= '0; \\
    else q <= d; \\
  end
`define CELL(name, q, d) \\
  cell_ff name (.d_i(d), .q_o(q));
`define FROM_FILE(q) \\
  `include "secret.svh"
`define AROUND(q, d) `FF(q, d, other_clk)
"""
USER = """\
`include "lib/registers.svh"
module user(input clk_i, other_clk, rst_ni, d, output q, r, s, t, u);
  `FF(q, d)
  `CELL(u_cell, r, q)
  `AROUND(s,
    d)
  `UNKNOWN(t, d)
  `FROM_FILE(u)
endmodule
"""
CELL = "module cell_ff(input d_i, output q_o);\n  assign q_o = d_i;\nendmodule\n"


@pytest.fixture
def registers(tmp_path: Path) -> Iterator[Repository]:
    root = tmp_path / "repo"
    for name, text in {
        "include/lib/registers.svh": REGISTERS,
        "include/lib/secret.svh": "assign u = d;\n",
        "rtl/user.sv": USER,
        "rtl/cell_ff.sv": CELL,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    with Repository.open(root, tmp_path / "cache") as repository:
        yield repository


def told(repository: Repository, signal: str) -> list[tuple[str, int, str]]:
    found = drivers(repository, signal).found
    assert {access.file for access in found} <= {"rtl/user.sv"}
    return [(access.kind, access.line, access.condition) for access in found]


def test_a_register_that_a_macro_makes_drives_at_the_macros_line(registers: Repository) -> None:
    assert told(registers, "user.q") == [
        ("always_ff", 3, "!rst_ni"),
        ("always_ff", 3, "!(!rst_ni)"),
    ]
    first, *_ = drivers(registers, "user.q").found
    assert first.clock == "clk_i"
    assert ("always_ff", 3) in [(a.kind, a.line) for a in loads(registers, "user.d").found]
    assert "clock" in [a.role for a in loads(registers, "user.clk_i").found]


def test_an_instance_that_a_macro_makes_is_gone_into(registers: Repository) -> None:
    assert told(registers, "user.r") == [("instance", 4, "")]
    found = cone(registers, "user.r")
    assert [(s.file, s.line) for s in found.steps[:3]] == [
        ("rtl/user.sv", 4),
        ("rtl/cell_ff.sv", 2),
        ("rtl/user.sv", 4),
    ]
    (inside,) = drivers(registers, "user.u_cell.q_o").found
    assert (inside.file, inside.line) == ("rtl/cell_ff.sv", 2)


def test_macros_of_macros(registers: Repository) -> None:
    assert [line for _, line, _ in told(registers, "user.s")] == [5, 5]
    assert drivers(registers, "user.s").found[0].clock == "other_clk"


def test_a_macro_finds_what_another_included_file_defines(registers: Repository) -> None:
    lib = registers.root / "include" / "lib"
    (lib / "clock.sv").write_text("`define CLOCK other_clk\n")
    (lib / "registers.svh").write_text(REGISTERS.replace("`define CLOCK clk_i\n", ""))
    user = registers.root / "rtl" / "user.sv"
    user.write_text('`include "lib/clock.sv"\n' + USER)
    registers.refresh()
    assert drivers(registers, "user.q").found[0].clock == "other_clk"


def test_of_several_definitions_the_fullest_counts(registers: Repository) -> None:
    header = registers.root / "include" / "lib" / "registers.svh"
    header.write_text(f"`ifdef LINT\n`define FF(q, d)\n`else\n{REGISTERS}`endif\n")
    registers.refresh()
    assert [line for _, line, _ in told(registers, "user.q")] == [3, 3]


def test_what_nobody_defines_or_what_includes_stays_unread(registers: Repository) -> None:
    assert told(registers, "user.t") == []
    assert told(registers, "user.u") == []


def test_the_outline_shows_them_too(registers: Repository) -> None:
    (outline,) = outlines(registers, "user")
    assert {d for block in outline.module.blocks for d in block.drives} == {"q", "s"}
    assert [child.instance.name for child in outline.children] == ["u_cell"]


def test_an_edited_header_counts_at_the_next_look(registers: Repository) -> None:
    header = registers.root / "include" / "lib" / "registers.svh"
    header.write_text(REGISTERS.replace("!rst_ni", "clear"))
    registers.refresh()
    assert told(registers, "user.q")[0] == ("always_ff", 3, "clear")


def test_a_file_that_changed_meanwhile_is_told_as_it_was(registers: Repository) -> None:
    (registers.root / "rtl" / "user.sv").write_text("\n\n" + USER)
    assert told(registers, "user.q") == []
    registers.refresh()
    assert [line for _, line, _ in told(registers, "user.q")] == [5, 5]


def test_latin_1_is_read_like_any_other(registers: Repository) -> None:
    text = USER.replace("  `FF(q, d)", "  `FF(q, d) // \u00e9")
    (registers.root / "rtl" / "user.sv").write_bytes(text.encode("latin-1"))
    registers.refresh()
    assert [line for _, line, _ in told(registers, "user.q")] == [3, 3]


def test_macros_that_would_fill_memory_are_let_be(registers: Repository) -> None:
    bomb = ["`define FF(q, d) q <= `L9 + d;", "`define L0 1"]
    bomb += [f"`define L{n} " + f"`L{n - 1} + " * 20 + "1" for n in range(1, 10)]
    (registers.root / "include" / "lib" / "registers.svh").write_text("\n".join(bomb))
    registers.refresh()
    assert told(registers, "user.q") == []


def reopened(registers: Repository, cache: Path) -> Repository:
    registers.close()
    return Repository.open(registers.root, cache)


def test_what_was_made_of_a_module_is_kept_for_the_next_process(
    registers: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = told(registers, "user.q")

    def parsed(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("gatewright.retrieval.expansion.with_macros", parsed)
    with reopened(registers, tmp_path / "cache") as again:
        assert told(again, "user.q") == first


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("include/lib/registers.svh", REGISTERS.replace("!rst_ni", "clear")),
        ("rtl/lib/registers.svh", REGISTERS.replace("!rst_ni", "clear")),  # a nearer one
    ],
)
def test_what_is_kept_falls_with_a_header_that_is_edited_or_new(
    registers: Repository, tmp_path: Path, path: str, text: str
) -> None:
    told(registers, "user.q")
    (registers.root / path).parent.mkdir(exist_ok=True)
    (registers.root / path).write_text(text)
    with reopened(registers, tmp_path / "cache") as again:
        assert told(again, "user.q")[0] == ("always_ff", 3, "clear")


def test_what_was_read_from_a_header_that_changed_meanwhile_is_not_kept(
    registers: Repository, tmp_path: Path
) -> None:
    header = registers.root / "include" / "lib" / "registers.svh"
    before = header.stat()
    header.write_text(REGISTERS.replace("!rst_ni", "!clear"))  # after the look at the folder
    told(registers, "user.q")
    header.write_text(REGISTERS)
    os.utime(header, ns=(before.st_atime_ns, before.st_mtime_ns))
    with reopened(registers, tmp_path / "cache") as again:
        assert told(again, "user.q")[0] == ("always_ff", 3, "!rst_ni")


@pytest.mark.parametrize("edited", [False, True])
def test_a_pack_tells_what_macros_of_other_files_drive(registers: Repository, edited: bool) -> None:
    text = "\n" * 30 + USER.replace("  `FF(q, d)\n", "  `FF(q, d)\n" + "\n" * 30 + "  // q\n")
    text = text.replace("// q\n", "assign t = q;\n")
    user = registers.root / "rtl" / "user.sv"
    if not edited:
        user.write_text(text)
        registers.refresh()
    line = text[: text.index("assign t")].count("\n") + 1
    made = text[: text.index("`FF(q, d)")].count("\n") + 1
    found = pack(registers, "rtl/user.sv", line, text=text if edited else None)
    drivers_of_q = [p for p in found.parts if p.kind is PartKind.DRIVER and p.name == "q"]
    assert [(p.file, p.spans[0].line) for p in drivers_of_q] == [("rtl/user.sv", made)]
