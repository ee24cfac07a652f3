"""What a signal is called by the way its module uses it."""

from __future__ import annotations

import pytest

from gatewright.retrieval.index_signals import Uses
from gatewright.retrieval.repository import Repository

TEXT = """\
module m(input clk, input rst_n, input go, output reg [3:0] n, output q);
  reg [7:0] mem [0:15];
  wire w;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) n <= 0;
    else if (go) n <= n + 1;
  assign w = n[0];
  leaf u_leaf (.strobe(w), .done(q));
endmodule
"""


@pytest.fixture
def module(tmp_path):
    root = tmp_path / "repo"
    root.mkdir()
    (root / "m.v").write_text(TEXT)
    facts = Repository.open(root, tmp_path / "cache").facts("m.v")
    return facts.modules[0]


def words(module, name):
    signal = next(s for s in (*module.ports, *module.signals) if s.name == name)
    return " ".join(Uses(module).words(signal)).split()


@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [
        ("clk", "clock", "flag"),
        ("rst_n", "reset", "flag"),
        ("go", "condition", "bus"),
        ("n", "counter", "flag"),
        ("mem", "memory", "register"),
        ("w", "combinational", "register"),
        ("q", "output", "bus"),
    ],
)
def test_the_role(module, name, said, unsaid):
    found = words(module, name)
    assert said in found
    assert unsaid not in found


def test_what_it_leads_to(module):
    uses = Uses(module)
    assert set(uses.connected("w")) == {"strobe", "leaf", "u_leaf"}
    assert not set(uses.connected("clk"))
