"""What drives and reads the signals of an interface, from the modules that have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.retrieval.drivers import Access, drivers, loads
from gatewright.retrieval.repository import Repository

SOC = """\
module soc (input logic clk, output logic y, z);
  bus_if b (clk);
  bus_if other [1:0] (clk);
  slave s (.m(b.slv));
  mid i (.up(b));
  leaf l (.d(b.req), .q(b.sum));
  assign b.req = y;
  assign other[0].req = z;
  always_ff @(posedge clk) {b.ack, z} <= {y, b.req};
  always_comb if (b.request) y = 1'b0;
endmodule
"""
FILES = {
    "soc.sv": SOC,
    "bus_if.sv": "interface bus_if (input logic clk);\n  logic req, ack, sum, request;\n"
    "  modport slv (input req, output ack);\nendinterface\n",
    "slave.sv": "module slave (bus_if.slv m);\n  assign m.ack =\n      m.req;\nendmodule\n",
    "mid.sv": "module mid (bus_if up);\n  mid again (.up);\n  slave deep (up);\nendmodule\n",
    "leaf.v": "module leaf (input d, output q);\nendmodule\n",
}


@pytest.fixture
def soc(tmp_path: Path) -> Iterator[Repository]:
    root = tmp_path / "soc"
    root.mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text)
    with Repository.open(root, tmp_path / "cache") as opened:
        yield opened


def told(accesses: tuple[Access, ...]) -> list[tuple[str, int, str]]:
    return [(a.file, a.line, a.kind) for a in accesses]


@pytest.mark.parametrize("asked", ["bus_if.req", "soc.b.req"])
def test_instances_and_ports_write_and_read(soc: Repository, asked: str) -> None:
    assert told(drivers(soc, asked).found) == [("soc.sv", 7, "assign"), ("soc.sv", 8, "assign")]
    assert told(loads(soc, asked).found) == [
        ("soc.sv", 9, "always_ff"),
        ("soc.sv", 6, "instance"),
        ("slave.sv", 2, "assign"),
    ]


def test_what_is_only_written_is_not_read(soc: Repository) -> None:
    assert told(drivers(soc, "bus_if.ack").found) == [
        ("soc.sv", 9, "always_ff"),
        ("slave.sv", 2, "assign"),
    ]
    assert loads(soc, "bus_if.ack").found == ()
    assert told(drivers(soc, "bus_if.sum").found) == [("soc.sv", 6, "instance")]
    assert told(loads(soc, "bus_if.request").found) == [("soc.sv", 10, "always_comb")]


def test_what_is_not_looked_at_is_told(soc: Repository) -> None:
    (note,) = drivers(soc, "bus_if.request").notes
    assert "virtual interfaces" in note
    assert drivers(soc, "leaf.d").notes == ()
