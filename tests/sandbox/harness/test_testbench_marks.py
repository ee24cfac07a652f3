from __future__ import annotations

from gatewright.core import Direction, Interface, Port, Source, TestbenchSpec
from gatewright.sandbox.harness.testbench_bench import Bench, prepare
from gatewright.sandbox.tools.slang_modules import Module

M, N = "@PRINT@", "_@NAME@"


def bench(body: str) -> Bench:
    return prepare(TestbenchSpec((Source("tb.v", f"module tb;\n{body}\nendmodule"),)), "dut")


def rendered(body: str, *inputs: str) -> str:
    ports = (*(Port(name, Direction.INPUT) for name in inputs), Port("y", Direction.OUTPUT))
    names = frozenset(p.name for p in ports)
    return bench(body).render(Module(Interface("dut", ports), {}, names, names, 0))


def test_marks_every_kind_of_print() -> None:
    text = rendered(
        """dut d();
        initial begin $display; $display(); $write("a", b); $fatal; $fatal(2); $fatal(0, "x");
        $fdisplay(1, "y"); $fdisplay(f, "z"); $error("e"); $finish; end"""
    )
    for expected in (
        f'$display ( "{M}<" , ">{M}" ) ;',
        f'$display ( "{M}<" , ">{M}" ) ;',
        f'$write ( "{M}<" , "a" , b , ">{M}" ) ;',
        f'$fatal ( 1 , "{M}<" , ">{M}" ) ;',
        f'$fatal ( 0 , "{M}<" , "x" , ">{M}" ) ;',
        f'$fdisplay ( 1 , "{M}<" , "y" , ">{M}" ) ;',
        '$fdisplay ( f , "z" ) ;',
        f'$error ( "{M}<" , "e" , ">{M}" ) ;',
    ):
        assert " ".join(expected.split()) in " ".join(text.split())


def test_leaves_dumps_out() -> None:
    text = rendered('dut d(); initial begin $dumpfile("w.vcd"); $dumpvars(0, tb); #1 $finish; end')
    assert "$dump" not in text
    assert "$finish" in text


def test_hides_scopes_but_no_ports() -> None:
    text = rendered(
        """wire q; dut d(.y(q)); task say; $display("x"); endtask
        initial begin : main say; if (tb.d.x) disable main; end""",
    )
    assert f"module tb{N}" in text
    assert f"dut d{N}" in text
    assert f"task say{N}" in text
    assert f"disable main{N}" in text
    assert f"tb{N} . d{N} . x" in text
    assert ". y ( q )" in text


def test_decouples_inputs_and_keeps_signs() -> None:
    text = rendered(
        """wire a; wire signed [3:0] b; wire [1:0] c; wire y;
        dut d(.a(a), .b(b), .c({c}), .k(1), .y(y));""",
        "a", "b", "c", "k",
    )  # fmt: skip
    assert ". a ( $unsigned ( a ) )" in text
    assert ". b ( $signed ( b ) )" in text
    assert ". c ( $unsigned ( { c } ) )" in text
    assert ". k ( 1 )" in text
    assert ". y ( y )" in text


def test_decouples_shorthand_wildcards_and_order() -> None:
    assert ". a ( $unsigned ( a ) )" in rendered("wire a, y; dut d(.a, .y);", "a")
    assert ".a ( $unsigned ( a ) )" in rendered("wire a, y; dut d(.*);", "a")
    assert "( $unsigned ( p ) , q )" in rendered("wire p, q; dut d(p, q);", "a")


def test_prints_no_letters_of_the_design() -> None:
    text = rendered(
        """wire [31:0] y, z; wire q; dut d(.a(q), .y(y));
        initial begin $display("%0d %s %s %%s %-4c", 1, y, z, y + 1);
        $display("%s: %m %h", y === 3 ? "PASS" : "FAIL", y); $error("got %s", y); end""",
        "a",
    )
    assert '"%0d %h %s %%s %h"' in text
    assert '"%s: %m %h"' in text
    assert '"got %h"' in text
