"""What of a repository a specification and the code so far need to see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.retrieval.pack import Pack
from gatewright.retrieval.pack_brief import Asked, brief, mentioned
from gatewright.retrieval.repository import Repository

FILES = {
    "rtl/counter.sv": "module counter (input logic clk, output c_pkg::n_t n);\nendmodule\n",
    "rtl/c_pkg.sv": "package c_pkg;\n  typedef logic [3:0] n_t;\n  typedef bit f_t;\nendpackage\n",
    "rtl/user.sv": "module user (input logic clk);\n  counter u_c (.clk(clk), .n());\nendmodule\n",
    "rtl/defs.svh": "`define WIDTH_OF_IT 7\n",
    "tb/tb.sv": "module tb;\n  counter dut (.clk(1'b0), .n());\nendmodule\n",
    "tb/counter.sv": "module counter (input logic wrong);\nendmodule\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    root = tmp_path / "repo"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    with Repository.open(root, tmp_path / "cache") as opened:
        yield opened


def files(found: Pack) -> list[tuple[str, int]]:
    return [(part.file, part.spans[0].line) for part in found.parts]


def test_header_then_its_types_then_an_example(repository: Repository) -> None:
    found = brief(repository, Asked("Wrap the counter module.", top="mine"), 2000)
    assert files(found) == [("rtl/counter.sv", 1), ("rtl/c_pkg.sv", 2), ("rtl/user.sv", 2)]


def test_a_plain_word_is_no_name(repository: Repository) -> None:
    assert brief(repository, Asked("Write a counter for the user."), 2000).parts == ()


def test_code_names_what_it_instantiates_and_uses(repository: Repository) -> None:
    code = (
        "module mine (input c_pkg::f_t f);\n  user u ();\n  wire [`WIDTH_OF_IT:0] w;\nendmodule\n"
    )
    found = brief(repository, Asked("Do it.", (code,), "mine"), 2000)
    assert files(found) == [("rtl/user.sv", 1), ("rtl/c_pkg.sv", 3), ("rtl/defs.svh", 1)]


def test_macros_and_qualified_types_of_the_prose(repository: Repository) -> None:
    found = brief(repository, Asked("It has `WIDTH_OF_IT bits and a c_pkg::n_t."), 2000)
    assert files(found) == [("rtl/c_pkg.sv", 2), ("rtl/defs.svh", 1)]


def test_the_module_itself_as_it_is_now(repository: Repository) -> None:
    found = brief(repository, Asked("Speed up module user.", top="user"), 2000)
    assert found.parts[0].why == "module user, as the repository has it now"
    assert all("u_c" not in part.text for part in found.parts)


def test_excluded_and_a_budget_for_nothing(repository: Repository) -> None:
    asked = Asked("Wrap the counter module.")
    assert {f for f, _ in files(brief(repository, asked, 2000, ("rtl",)))} <= {
        "tb/counter.sv",
        "tb/tb.sv",
    }
    none = brief(repository, asked, 1)
    assert none.parts == () and none.left_out > 0


@pytest.mark.parametrize(
    ("prose", "names"),
    [
        ("Chain two axis_register instances.", ("axis_register",)),
        ("Instantiate fifo and use the 'arbiter'.", ("fifo", "arbiter")),
        ("A FIFO with a Counter that counts.", ()),
        ("An instance of delay, wrapping the existing Memory.", ("delay", "Memory")),
        ("Takes ibex_pkg::alu_op_e.", ()),
        ("Uses prim2 and mixedCase.", ("prim2", "mixedCase")),
    ],
)
def test_words_that_may_be_names(prose: str, names: tuple[str, ...]) -> None:
    assert mentioned(prose) == names
