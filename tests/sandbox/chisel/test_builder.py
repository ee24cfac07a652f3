from __future__ import annotations

import pytest

from gatewright.agents.judge_fallback import judgement_from
from gatewright.core import FailureClass, Outcome, Severity, Verdict
from gatewright.sandbox.chisel.builder import Builder, Request
from tests.sandbox.chisel.conftest import body, build, chisel

# What goes wrong, at which stage, at which line (0: the file has none), and what is said of it.
FAULTS = {
    "unknown member": ("  q := a.foo\n", FailureClass.SYNTAX, 6, "foo"),
    "syntax": ("  q := (a + \n", FailureClass.SYNTAX, 7, "expected"),
    "a Scala if on hardware": ("  if (a === 3.U) q := a\n", FailureClass.SYNTAX, 6, "mismatch"),
    "slice out of range": ("  q := a(9, 2)\n", FailureClass.ELABORATION, 6, "High index 9"),
    "an input driven": ("  q := a\n  a := 3.U\n", FailureClass.ELABORATION, 7, "cannot be written"),
    "no Wire": (
        "  val t = UInt(8.W)\n  t := a\n  q := t\n",
        FailureClass.ELABORATION,
        7,
        "must be hardware",
    ),
    "no clock": ("  q := RegNext(a)\n", FailureClass.ELABORATION, 6, "withClock"),
    "require": ('  require(false, "boom")\n  q := a\n', FailureClass.ELABORATION, 6, "boom"),
    "null": (
        "  val x: String = null\n  println(x.length)\n  q := a\n",
        FailureClass.ELABORATION,
        7,
        "NullPointerException",
    ),
    "a latch": ("  when(a(0)) { q := a }\n", FailureClass.ELABORATION, 5, "not fully initialized"),
    "combinational loop": (
        "  val w = Wire(UInt(8.W))\n  w := w + a\n  q := w\n",
        FailureClass.ELABORATION,
        6,
        "combinational cycle",
    ),
    "endless recursion": (
        "  def f(i: Int): Int = f(i) + 1\n  q := f(0).U\n",
        FailureClass.ELABORATION,
        6,
        "StackOverflowError",
    ),
    "Chisel 2": ("  import Chisel._\n  q := a\n", FailureClass.SYNTAX, 6, "import chisel3._"),
    "forty gigabytes": (
        "  val b = Seq.fill(40)(new Array[Byte](1 << 30))\n  q := b.size.U\n",
        FailureClass.MEMORY,
        6,
        "OutOfMemoryError",
    ),
    "= for :=": ("  q = a\n", FailureClass.SYNTAX, 6, "connected by :="),
    "a Scala number": ("  q := 3\n", FailureClass.SYNTAX, 6, "3.U(8.W)"),
    "a number for a Bool": ("  when(a) { q := a }\n", FailureClass.SYNTAX, 6, "x.orR"),
    "== on hardware": (
        "  q := 0.U\n  when(a == 3.U) { q := a }\n",
        FailureClass.SYNTAX,
        7,
        "compared by ===",
    ),
    "a bit assigned": (
        "  q := a\n  q(0) := a(1)\n",
        FailureClass.ELABORATION,
        7,
        "bits are not assigned",
    ),
    "no such field": (
        "  val b = Wire(new Bundle { val x = Bool() })\n  b.x := a(0)\n  q := b.y\n",
        FailureClass.SYNTAX,
        8,
        "value y is not a member",
    ),
    "no such class": (
        "  val inner = Module(new Missing)\n  q := a\n",
        FailureClass.SYNTAX,
        6,
        "not found: type Missing",
    ),
    "no Module(...)": (
        "  val inner = new RawModule { val x = IO(Output(Bool())); x := true.B }\n  q := a\n",
        FailureClass.ELABORATION,
        6,
        "without wrapping it in Module()",
    ),
    "a switch without is": (
        "  q := a\n  switch(a) {\n    q := 0.U\n  }\n",
        FailureClass.SYNTAX,
        7,
        "do not begin with is()",
    ),
    "no reset": (
        "  q := withClock(a(0).asClock) { RegInit(0.U(8.W)) }\n",
        FailureClass.ELABORATION,
        6,
        "withClockAndReset",
    ),
    "a negative literal": ("  q := (-1).U\n", FailureClass.ELABORATION, 6, "is negative"),
    "a literal too wide": ("  q := 300.U(8.W)\n", FailureClass.ELABORATION, 6, "value 300"),
    "a Bool for a clock": (
        "  q := withClock(a(0)) { RegNext(a) }\n",
        FailureClass.SYNTAX,
        6,
        ".asClock",
    ),
    "out of its scope": (
        "  when(a(0)) {\n    val t = a\n  }\n  q := t\n",
        FailureClass.SYNTAX,
        9,
        "not found: value t",
    ),
    "a wire never driven": (
        "  val w = Wire(UInt(8.W))\n  q := w\n",
        FailureClass.ELABORATION,
        6,
        "on every path",
    ),
    "a child's input left open": (
        "  class Child extends RawModule { val x = IO(Input(UInt(8.W))) }\n"
        "  val child = Module(new Child)\n  q := a\n",
        FailureClass.ELABORATION,
        7,
        '"child.x" not fully initialized',
    ),
    "index out of a Vec": (
        "  val v = VecInit(a, a)\n  q := v(2)\n",
        FailureClass.ELABORATION,
        7,
        "2 is out of bounds",
    ),
    "signs mixed": ("  q := a.asSInt\n", FailureClass.ELABORATION, 6, ".asUInt"),
    "hardware in a Bundle": (
        "  val b = Wire(new Bundle { val x = Wire(Bool()) })\n  b.x := a(0)\n  q := b.x\n",
        FailureClass.ELABORATION,
        6,
        "contains hardware fields",
    ),
    "a Verilog literal": ("  q := 8'h3f\n", FailureClass.SYNTAX, 6, '"h3f".U(8.W)'),
    "Verilog's ternary": ("  q := a(0) ? a : 0.U\n", FailureClass.SYNTAX, 6, "expected"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=FAULTS.keys())
def test_a_fault_is_told_at_its_stage_and_line(fault: str, builder: Builder) -> None:
    text, failure, line, words = FAULTS[fault]
    built = builder.build(Request((body(text),), "TopModule"))
    errors = [d for d in built.diagnostics if d.severity is Severity.ERROR]
    assert built.failure is failure, built
    assert not built.verilog
    assert any(words in d.message for d in errors), errors
    assert errors[0].line == line, errors
    judged = judgement_from(Verdict(Outcome.FAIL, failure, diagnostics=built.diagnostics), "")
    assert judged.location == f"line {line}"
    assert words in judged.issue


def test_all_errors_of_an_elaboration_are_told_at_once(builder: Builder) -> None:
    built = builder.build(Request((body("  q := a(9, 2)\n  q := a(11, 10)\n"),), "TopModule"))
    assert [d.line for d in built.diagnostics] == [6, 7]


def test_a_narrowing_connection_is_a_warning_and_no_failure(builder: Builder) -> None:
    built = builder.build(
        Request((body("  val b = Wire(Bool())\n  b := a\n  q := b\n"),), "TopModule")
    )
    assert built.failure is None
    (warning,) = built.diagnostics
    assert (warning.severity, warning.line) == (Severity.WARNING, 7)
    assert "exceeds LHS width" in warning.message


def test_columns_of_the_first_line_are_the_user_s(builder: Builder) -> None:
    built = build(builder, "class TopModule extends RawModule { val x = nonsense }\n")
    (error,) = built.diagnostics
    assert (error.line, error.column) == (1, 45)


def test_the_top_is_found_where_it_is_not_named(builder: Builder) -> None:
    text = (
        "class Inner extends RawModule { val a = IO(Input(Bool())) }\n"
        "class Outer extends RawModule { val i = Module(new Inner); i.a := true.B }\n"
    )
    assert builder.build(Request((chisel(text),))).top == "Outer"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("class A extends RawModule\nclass B extends RawModule\n", "A, B"),
        ("class A\n", "no class that extends"),
    ],
)
def test_no_top_or_two_are_told(text: str, words: str, builder: Builder) -> None:
    built = builder.build(Request((chisel(text),)))
    assert built.failure is FailureClass.INTERFACE
    assert words in built.diagnostics[0].message


def test_a_top_of_another_name_or_with_arguments_is_told(builder: Builder) -> None:
    built = build(builder, "class Other extends RawModule\n")
    assert built.failure is FailureClass.INTERFACE
    assert "no class TopModule" in built.diagnostics[0].message
    built = build(builder, "class TopModule(w: Int) extends RawModule\n")
    assert built.failure is FailureClass.INTERFACE
    assert "default value" in built.diagnostics[0].message


def test_arguments_are_given_to_the_constructor(builder: Builder) -> None:
    text = (
        "class TopModule(width: Int = 8) extends RawModule {\n"
        "  val a = IO(Input(UInt(width.W))); val q = IO(Output(UInt(width.W))); q := ~a\n}\n"
    )
    for arguments, width in (("", 8), ("width = 5", 5)):
        built = builder.build(Request((chisel(text),), "TopModule", arguments))
        assert f"[{width - 1}:0] q" in built.verilog[0].text


def test_registers_power_up_only_where_that_is_asked_for(builder: Builder) -> None:
    text = (
        "class TopModule extends RawModule { val clk = IO(Input(Clock()))\n"
        "  val d = IO(Input(UInt(4.W))); val q = IO(Output(UInt(4.W)))\n"
        "  q := withClock(clk) { RegNext(d) }\n}\n"
    )
    plain = builder.build(Request((chisel(text),), "TopModule"))
    powered = builder.build(Request((chisel(text),), "TopModule", power_up=True))
    assert " = 0;" not in plain.verilog[0].text
    assert powered.verilog[0].text.count(" = 0;") == 1


def test_files_together(builder: Builder) -> None:
    inner = chisel(
        "package parts\nimport chisel3._\nclass Not extends RawModule {\n"
        "  val a = IO(Input(Bool())); val q = IO(Output(Bool())); q := !a\n}\n",
        "Not.scala",
    )
    outer = body("  val n = Module(new parts.Not)\n  n.a := a(0)\n  q := n.q\n")
    built = builder.build(Request((inner, outer), "TopModule"))
    assert built.failure is None, built.diagnostics
    assert "Not.scala" in built.verilog[0].text


def test_inline_verilog_is_named(builder: Builder) -> None:
    text = (
        "import chisel3._\nimport chisel3.util._\n"
        "class Latch extends BlackBox with HasBlackBoxInline {\n"
        "  val io = IO(new Bundle { val e = Input(Bool()); val q = Output(Bool()) })\n"
        '  setInline("Latch.v", "module Latch(input e, output reg q); "\n'
        '    + "always @* if (e) q = 1; endmodule")\n'
        "}\n"
        "class TopModule extends RawModule {\n"
        "  val e = IO(Input(Bool())); val q = IO(Output(Bool()))\n"
        "  val l = Module(new Latch); l.io.e := e; q := l.io.q\n}\n"
    )
    built = build(builder, text)
    assert built.failure is None, built.diagnostics
    assert built.inline == ("Latch.v",)
    assert "module Latch" in built.verilog[1].text


def test_a_module_that_names_itself_is_found_by_its_class_or_by_that_name(builder: Builder) -> None:
    text = body('  override def desiredName = "Named"\n  q := a\n')
    for asked in ("", "Named", "TopModule"):
        built = builder.build(Request((text,), asked))
        assert (built.failure, built.top) == (None, "Named")
    other = builder.build(Request((text,), "Another"))
    assert other.failure is FailureClass.INTERFACE
    assert "the module here is named Named" in other.diagnostics[-1].message


def test_the_file_that_a_probe_brings_is_no_inline_verilog(builder: Builder) -> None:
    text = (
        "  q := a\n  val p = IO(Output(chisel3.probe.Probe(UInt(8.W))))\n"
        "  chisel3.probe.define(p, chisel3.probe.ProbeValue(a))\n"
    )
    built = builder.build(Request((body(text),), "TopModule"))
    assert (built.failure, len(built.verilog), built.inline) == (None, 2, ())
