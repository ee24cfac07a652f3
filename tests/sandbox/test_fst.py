from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gatewright.core import DataError
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.fst import fst_to_vcd
from gatewright.sandbox.tools.wave import first_mismatch, read_waves

BENCH = """module tb; reg clk = 0; reg [3:0] n = 0; wire [3:0] y_ref = n; wire [3:0] y_dut;
assign y_dut = n == 5 ? 4'bx : n;
always #5 clk = ~clk; always @(posedge clk) n <= n + 1;
initial begin $dumpfile("wave.out"); $dumpvars; #100 $finish; end endmodule"""


def simulate(folder: Path, *flags: str) -> Path:
    (folder / "tb.sv").write_text(BENCH)
    for command in (["iverilog", "-g2012", "-o", "tb", "tb.sv"], ["vvp", "-n", "tb", *flags]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "wave.out"


def test_an_fst_says_the_same_as_a_vcd(tmp_path: Path) -> None:
    direct = first_mismatch(simulate(tmp_path))
    assert direct is not None
    waves = read_waves(tmp_path / "wave.out", ["n", "y_dut", "clk"])
    fst_to_vcd(simulate(tmp_path, "-fst"), tmp_path / "converted.vcd", open_isolation())
    assert first_mismatch(tmp_path / "converted.vcd") == direct
    again = read_waves(tmp_path / "converted.vcd", ["n", "y_dut", "clk"], end=waves.end)
    assert again.waves == waves.waves


@pytest.mark.parametrize("cut", [0, 10, 200, 1])
def test_damaged_files_are_data_errors(tmp_path: Path, cut: int) -> None:
    whole = simulate(tmp_path, "-fst").read_bytes()
    damaged = whole[:cut] if cut != 1 else whole[:330] + b"\xff" * 16 + whole[346:]
    (tmp_path / "bad.fst").write_bytes(damaged)
    with pytest.raises(DataError, match="decoded"):
        fst_to_vcd(tmp_path / "bad.fst", tmp_path / "out.vcd", open_isolation())
