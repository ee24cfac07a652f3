"""Candidates that attack the process which elaborates them: contained, and told."""

from __future__ import annotations

import pytest

from gatewright.core import FailureClass
from gatewright.sandbox.chisel.builder import Build, Builder, Request
from gatewright.sandbox.chisel.compiler import Compiler
from gatewright.sandbox.chisel.prepare import prepare
from gatewright.sandbox.chisel.toolchain import Toolchain
from gatewright.sandbox.isolation import open_isolation
from tests.sandbox.chisel.conftest import HEADER, body, chisel

HONEST = "  q := a\n"
ATTACKS = {
    "ends the JVM": ("  System.exit(0)\n", FailureClass.CRASH),
    "halts the JVM": ("  Runtime.getRuntime.halt(0)\n", FailureClass.CRASH),
    "loops": ("  while (true) {}\n", FailureClass.TIMEOUT),
    "fills the heap": (
        "  val b = scala.collection.mutable.ArrayBuffer[Array[Byte]]()\n"
        "  while (true) b += new Array[Byte](1 << 24)\n",
        FailureClass.MEMORY,
    ),
    "reads the user's files": (
        '  println(scala.io.Source.fromFile("/etc/passwd").mkString)\n',
        FailureClass.ELABORATION,
    ),
    "reads this very file": (
        f'  println(scala.io.Source.fromFile("{__file__}").mkString)\n',
        FailureClass.ELABORATION,
    ),
    "writes the compiler's jars": (
        '  val jar = System.getProperty("java.class.path").split(":")(1)\n'
        "  new java.io.FileOutputStream(jar, true).write(1)\n",
        FailureClass.ELABORATION,
    ),
    "fills memory beside the heap": (
        "  val b = Seq.fill(4)(java.nio.ByteBuffer.allocateDirect(1 << 30))\n",
        FailureClass.MEMORY,
    ),
    "opens a socket": ('  new java.net.Socket("127.0.0.1", 22)\n', FailureClass.ELABORATION),
    "forges an answer": (
        '  val o = new java.io.FileOutputStream("answers")\n'
        '  o.write("{\\"kind\\": \\"ok\\", \\"text\\": \\"module forged\\"}\\n".getBytes)\n',
        FailureClass.ELABORATION,
    ),
    "answers with rubbish": (
        '  new java.io.FileOutputStream("answers").write("rubbish\\n".getBytes)\n',
        FailureClass.CRASH,
    ),
    "answers with nesting without end": (
        '  new java.io.FileOutputStream("answers").write(("[" * 200000 + "\\n").getBytes)\n'
        "  Thread.sleep(5000)\n",
        FailureClass.CRASH,
    ),
    "answers with half a character and a number that is none": (
        '  val o = new java.io.FileOutputStream("answers")\n'
        '  o.write(("{\\"kind\\": \\"ok\\", \\"text\\": \\"\\\\ud800\\", \\"cpu_s\\": 1"'
        ' + "0" * 400 + "}\\n").getBytes)\n'
        "  Thread.sleep(5000)\n",
        FailureClass.ELABORATION,
    ),
}
HARMLESS = {
    "starts a process": (
        '  try Runtime.getRuntime.exec("/usr/bin/id") catch { case _: Throwable => }\n'
    ),
    "leaves a thread": "  new Thread(() => while (true) {}).start()\n",
    "floods the output": '  for (i <- 0 until 200000) println("x" * 80)\n',
    "writes a temporary file": '  new java.io.FileOutputStream("/tmp/x").write(1)\n',
    "writes its own folder": '  new java.io.FileOutputStream("x").write(1)\n',
}


def _after(builder: Builder, text: str) -> tuple[Build, Build]:
    """What comes of an attack, and of an honest candidate after it."""
    attacked = builder.build(Request((body(text + HONEST),), "TopModule"))
    honest = builder.build(Request((body(f"  // after {hash(text)}\n{HONEST}"),), "TopModule"))
    return attacked, honest


@pytest.mark.parametrize("attack", ATTACKS, ids=ATTACKS.keys())
def test_an_attack_fails_and_harms_nobody(attack: str, builder: Builder) -> None:
    text, failure = ATTACKS[attack]
    attacked, honest = _after(builder, text)
    assert attacked.failure is failure, attacked
    assert attacked.diagnostics
    assert not attacked.verilog
    assert honest.failure is None


@pytest.mark.parametrize("attack", HARMLESS, ids=HARMLESS.keys())
def test_what_does_no_harm_is_let_be(attack: str, builder: Builder) -> None:
    attacked, honest = _after(builder, HARMLESS[attack])
    assert attacked.failure is None, attacked
    assert len(attacked.log) < 100_000
    assert honest.failure is None


def test_threads_end_with_their_process(builder: Builder) -> None:
    """Where the kernel limits them the candidate fails; root's are not limited, and are killed."""
    text = "  for (_ <- 0 until 2000) new Thread(() => Thread.sleep(100000)).start()\n"
    attacked, honest = _after(builder, text)
    assert attacked.failure in (None, FailureClass.MEMORY, FailureClass.CRASH)
    assert honest.failure is None


def test_a_macro_cannot_run_in_the_compiler(builder: Builder) -> None:
    text = (
        "import chisel3._\nimport scala.language.experimental.macros\n"
        "import scala.reflect.macros.blackbox.Context\n"
        "object M { def f: Int = macro i; def i(c: Context): c.Tree = {\n"
        '  import c.universe._; System.exit(0); q"1" } }\n'
        "class TopModule extends RawModule { val q = IO(Output(UInt(8.W))); q := M.f.U }\n"
    )
    built = builder.build(Request((chisel(text),), "TopModule"))
    assert built.failure is FailureClass.SYNTAX
    assert any("macro implementation not found" in d.message for d in built.diagnostics)


def test_a_circuit_without_end_is_refused(builder: Builder) -> None:
    text = "  val r = Seq.fill(150000)(Wire(UInt(8.W)))\n  r.foreach(_ := a)\n  q := r.last\n"
    built = builder.build(Request((body(text),), "TopModule"))
    assert built.failure is FailureClass.MEMORY
    assert "too large" in built.diagnostics[0].message


@pytest.mark.parametrize("depth", [3_000, 60_000])
def test_nesting_that_no_stack_holds_is_told(depth: int, builder: Builder) -> None:
    """The compiler may hold it or not; it answers, and the next one finds it as it was."""
    built, honest = _after(builder, f"  val deep = {'(' * depth}a{')' * depth}\n")
    assert built.failure in (None, FailureClass.SYNTAX)
    if built.failure is not None:
        assert "StackOverflowError" in built.diagnostics[0].message
    assert honest.failure is None


def test_implicits_that_diverge_are_told_and_take_no_time(builder: Builder) -> None:
    text = (
        "  class Box[T]; implicit def box[T](implicit inner: Box[Box[T]]): Box[T] = new Box[T]\n"
        "  implicitly[Box[Int]]\n"
    )
    built, honest = _after(builder, text)
    assert built.failure is FailureClass.SYNTAX
    assert "diverging implicit expansion" in built.diagnostics[0].message
    assert built.diagnostics[0].line == 7
    assert honest.failure is None


LEAKS = (
    (HEADER + HONEST + "}\nclass Helper extends RawModule\n", None),
    (HEADER + HONEST + "  val h = Module(new Helper)\n}\n", FailureClass.SYNTAX),
    (
        "package p\nimport chisel3._\nclass TopModule extends RawModule\nobject K { val k = 1 }\n",
        None,
    ),
    (HEADER + HONEST + "  println(p.K.k)\n}\n", FailureClass.SYNTAX),
    ("import chisel3._\nclass Other extends RawModule\n", FailureClass.INTERFACE),
    (
        "package p\nimport chisel3._\nclass TopModule extends RawModule { val x = K.k }\n",
        FailureClass.SYNTAX,
    ),
)


def test_a_candidate_never_sees_the_one_before(builder: Builder) -> None:
    """In any order: names that an earlier candidate brought are not found."""
    for order in ((0, 1, 2, 3, 4, 5), (5, 3, 1, 4, 0, 2), (2, 5, 0, 1, 3, 4)):
        for number in order:
            text, failure = LEAKS[number]
            mark = (
                f"// {order}\n"  # another text each time, so that nothing is answered from memory
            )
            built = builder.build(Request((chisel(text + mark),), "TopModule"))
            assert built.failure is failure, (number, order, built.diagnostics)


@pytest.mark.parametrize(
    "text",
    [
        "package chisel3.util\nimport chisel3._\nobject Cat { def apply(n: Int): Int = n }\n",
        "import chisel3._\npackage chisel3 { package util { object Cat { val n = 1 } } }\n",
    ],
)
def test_what_is_put_in_a_library_s_place_stays_with_its_candidate(
    text: str, builder: Builder
) -> None:
    builder.build(Request((chisel(text + "class TopModule extends RawModule\n"),), "TopModule"))
    honest = body(f"  q := Cat(a(3, 0), a(7, 4)) // {hash(text)}\n")
    assert builder.build(Request((honest,), "TopModule")).failure is None


def test_our_own_classes_are_not_there_for_candidates(builder: Builder) -> None:
    built = builder.build(Request((body("  q := a\n  println(Training.counter)\n"),), "TopModule"))
    assert built.failure is FailureClass.SYNTAX


def test_forgetting_equals_a_compiler_made_anew(toolchain: Toolchain) -> None:
    compiler = Compiler(toolchain, open_isolation(), fresh=True)
    try:
        for text, failure in LEAKS:
            compiled = compiler.compile(prepare((chisel(text),), "TopModule"))
            assert (compiled.classes is None) == (failure is not None)
    finally:
        compiler.close()
