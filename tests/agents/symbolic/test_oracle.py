"""Derived testbenches pass the design they were derived from, and fail its near neighbours."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from gatewright.agents.symbolic import emit, oracle_testbench, read

FSM = "- input clk\n- input rst\n- input x\n- output z\n\n"
MOORE = """Synchronous active-high reset to A.
A (0) --0--> A
A (0) --1--> B
B (0) --0--> A
B (0) --1--> C
C (1) --0--> A
C (1) --1--> C
"""
MEALY = """Asynchronous active-high reset to A.
A --x=0 (z=0)--> A
A --x=1 (z=0)--> B
B --x=0 (z=0)--> A
B --x=1 (z=1)--> B
"""
RARE = """- input clk
- input rst
- input r
- input s
- output z

Synchronous active-high reset to state a.

State,r,s,Next state,z
a,0,0,a,1
a,0,1,a,1
a,1,0,b,1
a,1,1,a,0
b,0,0,a,1
b,0,1,a,1
b,1,0,a,0
b,1,1,b,0
"""
LOGIC = """- input x
- input y (2 bits)
- output Y0
- output z

Use the state codes A=2'b00, B=2'b01, C=2'b10. Implement only the next-state logic.
A (0) --0--> A
A (0) --1--> B
B (0) --0--> C
B (0) --1--> B
C (1) --0--> A
C (1) --1--> C
"""
MAP = "- input a\n- input b\n- input c\n- output f\n\na\\bc 00 01 11 10\n0 1 0 0 d\n1 0 1 0 1\n"
JK = """- input clk
- input j
- input k
- output q

j | k | q
0 | 0 | qold
0 | 1 | 0
1 | 0 | 1
1 | 1 | ~qold
"""
MUX = """- input [1:0] sel
- input [7:0] a
- input [7:0] b
- output [7:0] y

sel | y
2'd0 | a
2'd1 | b
others | 8'hff
"""
EQUATION = (
    "- input a\n- input b\n- input c\n- output f\n\nThe boolean equation is f = (a & b) | ~c.\n"
)
CELLS = """- input clk
- input load
- input [7:0] data
- output [7:0] q

A cellular automaton, Rule 90. When load is high, q is loaded with data.
The boundaries are zero.
"""
WAVE = """- input clk
- input d
- output q

This is a sequential circuit.

time clk d q
0ns  0   0 x
5ns  1   1 0
10ns 0   1 0
15ns 1   0 1
20ns 0   0 1
25ns 1   1 0
30ns 0   1 0
35ns 1   1 1
40ns 0   1 1
45ns 1   0 1
50ns 0   0 1
55ns 1   0 0
60ns 0   0 0
65ns 1   0 0
"""

GATE = "- input a\n- input b\n- input c\n- output f\n\nf is the NAND of a, b and c.\n"
PICK = (
    "- input [3:0] a\n- input [3:0] b\n- input sel\n- output [3:0] f\n\n"
    "f is a if sel is 1, otherwise b.\n"
)
FLOP = (
    "- input clk\n- input r\n- input [3:0] d\n- output [3:0] q\n\nImplement a 4-bit register with"
    " asynchronous active-high reset r that sets the output to 9, on the rising edge of clk.\n"
)
COUNTER = (
    "- input clk\n- input rst\n- output [9:0] q\n\nImplement a counter that counts from 0 to 999"
    " with a period of 1000. The reset input is active-high synchronous and resets the counter to"
    " 0. The counter is triggered on the rising edge of clk.\n"
)
LATCH = "- input en\n- input d\n- output q\n\nImplement a D latch.\n"

NEIGHBOURS = {
    "another gate": (GATE, "NAND", "NOR"),
    "another selected input": (PICK, "sel is 1", "sel is 0"),
    "another edge": (FLOP, "rising", "falling"),
    "another reset value": (FLOP, "to 9", "to 8"),
    "a synchronous reset of a register": (FLOP, "asyn", "syn"),
    "another reset level": (FLOP, "active-high", "active-low"),
    "another last count": (COUNTER, "999 with a period of 1000", "998 with a period of 999"),
    "an asynchronous reset of a counter": (COUNTER, "high syn", "high asyn"),
    "another target": (FSM + MOORE, "B (0) --1--> C", "B (0) --1--> B"),
    "another output": (FSM + MOORE, "B (0)", "B (1)"),
    "another reset state": (FSM + MOORE, "reset to A", "reset to B"),
    "another kind of reset": (FSM + MOORE, "Synchronous", "Asynchronous"),
    "another polarity": (FSM + MOORE, "active-high", "active-low"),
    "another Mealy output": (FSM + MEALY, "B --x=1 (z=1)", "B --x=1 (z=0)"),
    "a synchronous reset": (FSM + MEALY.replace("z=0)--> A\nA", "z=1)--> A\nA"), "Asyn", "Syn"),
    "an asynchronous reset that few inputs show": (RARE, "Synchronous", "Asynchronous"),
    "another next-state bit": (LOGIC, "A (0) --1--> B", "A (0) --1--> C"),
    "another cell": (MAP, "0 1 0 0 d", "0 1 0 1 d"),
    "another entry": (JK, "1 | 1 | ~qold", "1 | 1 | qold"),
    "another choice": (MUX, "2'd0 | a\n2'd1 | b", "2'd0 | b\n2'd1 | a"),
    "another default": (MUX, "8'hff", "8'h7f"),
    "another operator": (EQUATION, "(a & b)", "(a ^ b)"),
    "another rule": (CELLS, "Rule 90", "Rule 150"),
    "another boundary": (CELLS, "boundaries are zero", "ends wrap around"),
}


def verdict(folder: Path, spec: str, design: str) -> tuple[int, int, int]:
    """Mismatches, samples seen, samples promised."""
    oracle = oracle_testbench(read(spec), "dut")
    assert oracle is not None and oracle.samples is not None
    source, image = folder / "all.sv", folder / "all.vvp"
    source.write_text(oracle.testbench[0].text + design)
    subprocess.run(
        ["iverilog", "-g2012", "-s", oracle.top, "-o", str(image), str(source)], check=True
    )
    output = subprocess.run(["vvp", "-n", str(image)], capture_output=True, text=True).stdout
    found = re.findall(r"^Mismatches: (\d+) in (\d+) samples$", output, re.MULTILINE)
    assert len(found) == 1, output
    return int(found[0][0]), int(found[0][1]), oracle.samples


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_it_tells_a_design_from_its_neighbour(name: str, tmp_path: Path) -> None:
    spec, old, new = NEIGHBOURS[name]
    assert old in spec
    own = emit(read(spec), "dut").text
    other = emit(read(spec.replace(old, new)), "dut").text
    mismatches, samples, promised = verdict(tmp_path, spec, own)
    assert mismatches == 0
    assert samples == promised
    mismatches, samples, promised = verdict(tmp_path, spec, other)
    assert 0 < mismatches <= samples == promised


def test_dont_cares_are_not_checked(tmp_path: Path) -> None:
    for digit in "01":
        other = emit(read(MAP.replace("0 1 0 0 d", f"0 1 0 0 {digit}")), "dut").text
        assert verdict(tmp_path, MAP, other)[0] == 0


def test_a_waveform_is_replayed(tmp_path: Path) -> None:
    spec = WAVE
    assert verdict(tmp_path, spec, emit(read(spec), "dut").text)[0] == 0
    header = "module dut(input clk, input d, output reg q); "
    inverted = header + "always @(posedge clk) q <= ~d; endmodule\n"
    assert verdict(tmp_path, spec, inverted)[0] > 0
    started = header + "initial q = 1; always @(posedge clk) q <= d; endmodule\n"
    assert verdict(tmp_path, spec, started)[0] == 0


def test_a_latch_is_told_from_a_wire_and_from_one_that_is_open_at_zero(tmp_path: Path) -> None:
    assert verdict(tmp_path, LATCH, emit(read(LATCH), "dut").text)[0] == 0
    wire = "module dut(input en, input d, output q); assign q = d; endmodule\n"
    assert verdict(tmp_path, LATCH, wire)[0] > 0
    low = "module dut(input en, input d, output reg q); always @* if (!en) q = d; endmodule\n"
    assert verdict(tmp_path, LATCH, low)[0] > 0


def test_a_design_that_leaves_its_output_unknown_fails(tmp_path: Path) -> None:
    design = "module dut(input a, input b, input c, output f); endmodule\n"
    mismatches, samples, _ = verdict(tmp_path, MAP, design)
    assert mismatches == samples
