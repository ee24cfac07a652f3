from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import FirstMismatch
from gatewright.sandbox.tools.wave import first_mismatch, matches, read_waves

GOOD = "module good(input clk, input rst, input [3:0] step, output reg [7:0] q);\n"
BODY = "always @(posedge clk) if (rst) q <= 0; else q <= q + {0};\nendmodule\n"
DUT = GOOD.replace("good", "counter") + BODY.format("(q == 6 ? 1 : step)")
STIMULUS = """reg clk = 0, rst = 1; reg [3:0] step = 2; integer errors = 0;
always #5 clk = ~clk;
initial begin $dumpfile("wave.vcd"); $dumpvars; #12 rst = 0; #200 $finish; end
"""


def simulate(folder: Path, text: str) -> Path:
    (folder / "tb.sv").write_text(text)
    for command in (["iverilog", "-g2012", "-o", "tb.vvp", "tb.sv"], ["vvp", "-n", "tb.vvp"]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "wave.vcd"


def row(found: FirstMismatch, signal: str) -> list[str]:
    return [s.value for cycle in found.window for s in cycle.values if s.signal == signal]


def expected_row(found: FirstMismatch, signal: str) -> list[str | None]:
    return [s.expected for cycle in found.window for s in cycle.values if s.signal == signal]


LAYOUTS = {
    "suffixes": "wire [7:0] q_ref, q_dut; good r(clk, rst, step, q_ref);"
    " counter d(clk, rst, step, q_dut);",
    "prefixes": "wire [7:0] ref_q, dut_q; good r(clk, rst, step, ref_q);"
    " counter d(clk, rst, step, dut_q);",
    "expected": "wire [7:0] expected_q, q; good r(clk, rst, step, expected_q);"
    " counter d(clk, rst, step, q);",
    "twins": "wire [7:0] a, b; good reference(clk, rst, step, a); counter uut(clk, rst, step, b);",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_finds_the_pairs_of_common_testbenches(tmp_path: Path, layout: str) -> None:
    text = GOOD + BODY.format("step") + DUT + f"module tb; {LAYOUTS[layout]} {STIMULUS} endmodule"
    found = first_mismatch(simulate(tmp_path, text))
    assert found is not None
    assert (found.time, found.signals) == (50, ("q",))
    assert row(found, "clk") == ["1", "1", "1", "1", "1", "0"]
    assert row(found, "rst") == ["1", "0", "0", "0", "0", "0"]
    assert row(found, "q")[:3] == ["x" * 8, "00000000", "00000010"]
    assert expected_row(found, "q")[-1] == "00001000"
    assert row(found, "q")[-1] == "00000111"
    assert not row(found, "errors")


def test_the_window_is_bounded_and_ends_at_the_mismatch(tmp_path: Path) -> None:
    late = DUT.replace("q == 6", "q == 28")
    text = GOOD + BODY.format("step") + late
    text += f"module tb; {LAYOUTS['suffixes']} {STIMULUS} endmodule"
    path = simulate(tmp_path, text)
    found = first_mismatch(path)
    assert found is not None
    assert len(found.window) == 11
    assert found.window[-1].time == found.time == 160
    short = first_mismatch(path, cycles=2)
    assert short is not None
    assert [cycle.time for cycle in short.window] == [145, 155, 160]


def test_a_flag_a_time_and_named_pairs_are_obeyed(tmp_path: Path) -> None:
    bench = "wire [7:0] y, z; good r(clk, rst, step, y); counter d(clk, rst, step, z);"
    bench += " reg bad = 0; always @(negedge clk) if (y !== z) bad <= 1;"
    text = GOOD + BODY.format("step") + DUT + f"module tb; {bench} {STIMULUS} endmodule"
    path = simulate(tmp_path, text)
    assert first_mismatch(path) is None
    flagged = first_mismatch(path, mismatch="bad")
    assert flagged is not None
    assert (flagged.time, flagged.signals) == (55, ())
    named = first_mismatch(path, pairs=[("tb.y", "tb.z")], inputs=["rst"])
    assert named is not None
    assert (named.time, named.signals) == (50, ("z",))
    assert {s.signal for s in named.window[0].values} == {"clk", "rst", "z"}
    timed = first_mismatch(path, time=75, pairs=[("y", "z")])
    assert timed is not None
    assert timed.time == 75


def test_without_a_clock_outputs_are_read_once_settled(tmp_path: Path) -> None:
    text = """module tb; reg [1:0] a = 0; wire y_ref, y_dut;
    assign #1 y_ref = ^a; assign #2 y_dut = |a;
    initial begin $dumpfile("wave.vcd"); $dumpvars; repeat (4) #10 a = a + 1; #10 $finish; end
    endmodule"""
    found = first_mismatch(simulate(tmp_path, text))
    assert found is not None
    assert (found.time, found.signals) == (30, ("y",))
    assert row(found, "a") == ["00", "01", "10", "11"]
    assert expected_row(found, "y") == ["0", "1", "1", "0"]


def test_equal_designs_have_no_mismatch(tmp_path: Path) -> None:
    same = GOOD.replace("good", "counter") + BODY.format("step")
    text = GOOD + BODY.format("step") + same
    text += f"module tb; {LAYOUTS['suffixes']} {STIMULUS} endmodule"
    assert first_mismatch(simulate(tmp_path, text)) is None


def test_reads_waves_to_draw(tmp_path: Path) -> None:
    text = GOOD + BODY.format("step") + f"module tb; wire [7:0] q; {STIMULUS}"
    text += "good g(clk, rst, step, q); endmodule"
    waves = read_waves(simulate(tmp_path, text), ["clk", "q"], start=10, end=30)
    assert [(w.name, w.width) for w in waves.waves] == [("clk", 1), ("q", 8)]
    assert waves.waves[0].changes == ((10, "0"), (15, "1"), (20, "0"), (25, "1"), (30, "0"))
    assert waves.waves[1].changes == ((10, "00000000"), (15, "00000010"), (25, "00000100"))


@given(st.lists(st.tuples(st.sampled_from("01xz"), st.sampled_from("01xz")), min_size=1))
def test_only_x_in_the_reference_is_a_dont_care(bits: list[tuple[str, str]]) -> None:
    expected, got = "".join(e for e, _ in bits), "".join(g for _, g in bits)
    assert matches(expected, got) == all(e == "x" or e == g for e, g in bits)
    assert matches(expected, expected)
    assert matches("x" * len(got), got)
    if "0" in expected or "1" in expected:
        assert not matches(expected, "x" * len(got))
