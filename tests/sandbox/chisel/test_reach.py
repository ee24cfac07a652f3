from __future__ import annotations

import pytest

from gatewright.sandbox.chisel.builder import Build, Builder, Request
from gatewright.sandbox.chisel.classfile import references
from tests.sandbox.chisel.conftest import HEADER, body, chisel

REFUSED = {
    "java.lang.System": "  q := (if (System.nanoTime % 2 == 0) a else 0.U)\n",
    "scala.util.Random": "  q := (if (scala.util.Random.nextBoolean()) a else 0.U)\n",
    "scala.util.Random()": "  q := new scala.util.Random().nextInt(99).U\n",
    "scala.math.random": "  q := (if (math.random() < 0.5) a else 0.U)\n",
    "scala.sys": '  q := (if (sys.env.contains("HOME")) a else 0.U)\n',
    "java.io.FileOutputStream": (
        '  q := 0.U; new java.io.FileOutputStream("answers").write(new Array[Byte](1))\n'
    ),
    "java.lang.Class.forName": (
        '  q := Class.forName("java.lang.Sys" + "tem").getMethods.length.U(8.W)\n'
    ),
}


def beside(build: Build) -> list[str]:
    return [found.message.split(" is not for a design")[0] for found in build.beside]


@pytest.mark.parametrize("name", REFUSED, ids=REFUSED.keys())
def test_what_could_be_another_circuit_elsewhere_is_told_at_its_line(
    name: str, builder: Builder
) -> None:
    built = builder.build(Request((body(REFUSED[name]),), "TopModule"))
    assert name in beside(built)
    assert built.beside[0].line == 6


def test_what_another_definition_does_for_the_top_counts_and_a_main_object_does_not(
    builder: Builder,
) -> None:
    helper = "trait Helper { def t = java.time.Instant.now().getNano }\nobject H extends Helper\n"
    main = 'object Main extends App { new java.io.FileWriter("x"); println(System.nanoTime) }\n'
    asks = chisel(HEADER + "  q := (if (H.t % 2 == 0) a else 0.U)\n}\n" + helper)
    plain = chisel(HEADER + "  q := a\n}\n" + main)
    assert "java.time.Instant" in beside(builder.build(Request((asks,), "TopModule")))
    assert not builder.build(Request((plain,))).beside


def test_ordinary_scala_is_let_be(builder: Builder) -> None:
    text = (
        "  val table = { val r = new scala.util.Random(7); VecInit(Seq.fill(4)(r.nextInt(9).U)) }\n"
        '  val s = new { val width = 3 }; println(s.width); println(f"${2}%02d")\n'
        '  require(a.getWidth == 8, s"width ${a.getWidth}")\n'
        "  val m = scala.collection.mutable.Map(1 -> 2); try m(3) catch { case _: Exception => }\n"
        "  q := table(a(1, 0)) +% BigInt(3).U | math.pow(2, 3).toInt.U\n"
    )
    built = builder.build(Request((body(text),), "TopModule"))
    assert (built.failure, built.beside) == (None, ())


def test_a_class_in_a_library_s_place_is_told(builder: Builder) -> None:
    text = (
        "package circt.stage\nimport chisel3._\n"
        'object ChiselStage { def emitCHIRRTL(top: => RawModule) = "circuit TopModule :" }\n'
        "class TopModule extends RawModule\n"
    )
    built = builder.build(Request((chisel(text),), "TopModule"))
    assert [found.line for found in built.beside] == [3]
    assert "takes a library's place" in built.beside[0].message


def test_what_is_no_class_file_is_told() -> None:
    with pytest.raises(ValueError, match="no class file"):
        references(b"\xca\xfe\xba\xbe\0\0\0\x34\0\x09\x63")
