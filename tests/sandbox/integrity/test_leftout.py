from __future__ import annotations

import pytest

from gatewright.core import Severity, Source
from gatewright.sandbox.integrity import check, lay_out, leave_out, preprocess


def left(body: str) -> tuple[str, int, bool]:
    """What is left of a module's body, how many notes there are, and whether the gate is open."""
    done = preprocess([Source("m.sv", f"module m(input clk);\n{body}\nendmodule\n")])
    found = leave_out(done.tokens, done.files)
    assert all(n.severity is Severity.NOTE and n.file == "m.sv" for n in found.notes)
    text = " ".join(lay_out(found.tokens, done.files).text.split())
    text = text.removeprefix("module m ( input clk ) ;").removesuffix("endmodule").strip()
    return text, len(found.notes), not check(found.tokens, done.files)


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        ('initial $monitor("%b", clk);', "initial begin end"),
        ('initial begin $dumpfile("a"); $dumpvars; end', "initial begin begin end begin end end"),
        ('final $display("bye");', ""),
        ('final begin $display; $write("%t", $time); end wire x;', "wire x ;"),
        ("specify (a => b) = 1; endspecify wire x;", "wire x ;"),
        ('always @(clk) if ($time > 0) $display("a");', "always @ ( clk ) begin end"),
        (
            "always @(clk) if (a) q = 1; else if ($time) begin $display; end",
            "always @ ( clk ) if ( a ) q = 1 ; else begin end",
        ),
    ],
)
def test_leaves_out_what_decides_nothing(body: str, rest: str) -> None:
    text, notes, is_open = left(body)
    assert (text, is_open) == (rest, True)
    assert notes == 1


@pytest.mark.parametrize(
    "body",
    [
        "final q = 1;",
        "final begin $display; q = 1; end",
        'final begin $display("%d", 1)',
        "initial $monitoroff;",
        "specify $setup(a, posedge clk, 1, n); endspecify",
        "specify specify endspecify",
        "always @(clk) if ($time > 9) q = 1;",
        "always @(clk) if ($time > 9) $display; else q = 1;",
        "always @(clk) if ($time > 9) begin $display; q = 1; end",
        "always @(clk) while ($time > 9) $display;",
        "wire x = tb $monitor(1);. y;",
        "wire x = $monitor(1) + 1;",
    ],
)
def test_leaves_to_the_gate_what_could_decide_something(body: str) -> None:
    assert not left(body)[2]


def test_other_designs_stay_as_they_are() -> None:
    done = preprocess([Source("m.sv", "module m(input a); if (a) wire x; endmodule")])
    assert leave_out(done.tokens, done.files).tokens == done.tokens
