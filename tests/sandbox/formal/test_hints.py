from __future__ import annotations

from pathlib import Path

from gatewright.sandbox.formal.aiger import Aig, Latch
from gatewright.sandbox.formal.hints import Dual, Hints

MAP = r"""input 0 0 clk
output 0 0 trigger
latch 0 0 gate.q
invlatch 1 0 gold.gw__n4_x
wire 6 0 gold.gw__n4_d
wire 9 0 gold.gw__n5_d
wire 8 1 $flatten\gate.$and$in.sv:3$7_Y
wire 9 2 $flatten\gate.$not$in.sv:3$8_Y
wire 0 0 gate.tied
wire 8 0 gold.user_d
init 1 0 gate.q
ninitff 2
"""


def test_reads_bits_of_gold_and_nets_of_the_gate_design(tmp_path: Path) -> None:
    (tmp_path / "map").write_text(MAP)
    hints = Hints.read(tmp_path / "map", Aig(1, (Latch(0), Latch(0)), [0], []))
    assert hints == Hints((Dual(6, 7),), (4, 8))
