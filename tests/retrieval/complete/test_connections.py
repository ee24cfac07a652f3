"""The list of what an open instance lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.retrieval.complete.connections import Missing, missing
from gatewright.retrieval.complete.known import Known
from gatewright.retrieval.complete.opened import Kind
from gatewright.retrieval.complete.setting import Setting
from gatewright.retrieval.repository import Repository

FIFO = """\
module fifo #(
  parameter int WIDTH = 8, parameter DEPTH = 4, localparam L = 1
) (
  input  logic clk_i, rst_ni,
  input  logic [WIDTH-1:0] data_i,
  output logic full_o,
  output logic empty_o
);
endmodule
"""
BEFORE = """\
module top (input logic clk_i, rst_ni);
  parameter int WIDTH = 16;
  logic [7:0] data_i;
  logic tx_full;
  fifo #(.WIDTH(8)) u_tx (
    .clk_i  (clk_i),
    .full_o (tx_full),
"""


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    root = tmp_path / "repo"
    (root / "near").mkdir(parents=True)
    (root / "far").mkdir()
    (root / "near" / "fifo.sv").write_text(FIFO)
    (root / "far" / "fifo.sv").write_text("module fifo (input other);\nendmodule\n")
    (root / "near" / "top.sv").write_text("module leaf (input stale);\nendmodule\n")
    with Repository.open(root, tmp_path / "cache") as opened:
        yield opened


def lacking(repository: Repository, before: str, after: str = "", path: str = "near/top.sv"):
    known = Known(repository, path, f"{before}\n{after}")
    return missing(Setting(path, before), known, after)


def lines(found: Missing) -> list[str]:
    return [connection.line for connection in found.connections]


def test_every_port_that_is_not_connected_in_the_style_of_those_that_are(repository) -> None:
    found = lacking(repository, BEFORE)
    assert (found.module, found.instance, found.kind) == ("fifo", "u_tx", Kind.PORTS)
    assert lines(found) == [
        "    .rst_ni (rst_ni),",
        "    .data_i (data_i),",
        "    .empty_o (empty_o)",
    ]
    told = [(c.member.name, c.member.direction, c.known) for c in found.connections]
    assert told == [
        ("rst_ni", "input", True),
        ("data_i", "input", True),
        ("empty_o", "output", False),
    ]


def test_a_comma_stays_where_more_follows_and_is_put_where_one_lacks(repository) -> None:
    found = lines(lacking(repository, BEFORE, "    .last(x)\n  );\n"))
    assert all(line.endswith(",") for line in found)
    found = lines(lacking(repository, BEFORE.rstrip(",\n") + "\n"))
    assert found[0].lstrip().startswith(", .rst_ni")


def test_parameters_get_names_of_the_file_or_their_own_defaults(repository) -> None:
    found = lacking(repository, BEFORE.split("  fifo")[0] + "  fifo #(\n")
    assert found.kind is Kind.PARAMETERS
    assert [(c.member.name, c.expression) for c in found.connections] == [
        ("WIDTH", "WIDTH"),
        ("DEPTH", "4"),
    ]


def test_the_nearest_definition_counts_and_the_buffers_before_the_stored_ones(repository) -> None:
    far = lacking(repository, BEFORE, path="far/top.sv")
    assert [c.member.name for c in far.connections] == ["other"]
    own = "module leaf (input fresh);\nendmodule\nmodule top;\n  leaf u (\n"
    assert [c.member.name for c in lacking(repository, own).connections] == ["fresh"]
    below = lacking(repository, "module top;\n  leaf u (\n", "  );\nendmodule\n" + own)
    assert [c.member.name for c in below.connections] == ["fresh"]


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("module top;\n", "no list of ports"),
        ("module top;\n  gone u (\n", "does not define gone"),
        ("module top;\n  fifo u (\n    .*,\n", "by .*"),
        ("module top;\n  fifo u (\n    a, b,\n", "by position"),
        ("module top (\n", "no list of ports"),
    ],
)
def test_why_there_is_nothing(repository, before: str, why: str) -> None:
    found = lacking(repository, before)
    assert not found.connections
    assert why in found.why


def test_a_full_instance_lacks_nothing_and_has_no_excuse(repository) -> None:
    full = BEFORE + "    .rst_ni(a), .data_i(b), .empty_o(c)\n"
    found = lacking(repository, full)
    assert (found.connections, found.why) == ((), "")
