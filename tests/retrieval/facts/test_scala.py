"""Facts of Chisel sources."""

from __future__ import annotations

from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.types import BlockKind, ModuleKind, Range

QUEUE = """\
package fifo
import chisel3._

/** Keeps words in order. */
class Queue[T <: Data](gen: T, entries: Int = 2) extends Module with HasClear {
  val io = IO(new Bundle {
    val enq = Input(Bool()) // a word comes
    val deq = Output(Bool())
  })
  val full = RegInit(false.B)
  val ram = Module(new Ram(entries, 8))
  def twice(x: UInt): UInt = inc(x) + x
  when(io.enq && !full) {
    full := true.B
    when (ram.io.ready) { ram.io.we := io.enq }
  }.otherwise {
    full := false.B
  }
  io.deq := full
}

object Queue {
  def apply(): Queue = new Queue(UInt(8.W))
}
trait HasClear { val clear: Bool }
"""


def test_units_with_their_kinds_and_places() -> None:
    facts = extract(QUEUE, "src/Queue.scala")
    assert facts.language == "scala"
    assert facts.includes == ("chisel3._",)
    assert [(m.kind, m.name) for m in facts.modules] == [
        (ModuleKind.MODULE, "Queue"),
        (ModuleKind.OBJECT, "Queue"),
        (ModuleKind.TRAIT, "HasClear"),
    ]
    queue = facts.modules[0]
    assert queue.range == Range(5, 1, 20, 1)
    assert queue.doc == "Keeps words in order."
    assert queue.bases == ("Module", "HasClear")
    assert [(p.name, p.type, p.value) for p in queue.parameters] == [
        ("gen", "T", ""),
        ("entries", "Int", "2"),
    ]


def test_ports_registers_and_instances() -> None:
    queue = extract(QUEUE, "Queue.scala").modules[0]
    assert [(p.name, p.direction) for p in queue.ports] == [
        ("io_enq", "input"),
        ("io_deq", "output"),
    ]
    assert [s.name for s in queue.signals] == ["io", "full", "ram"]
    (ram,) = queue.instances
    assert (ram.module, ram.name, ram.overrides[0].text) == ("Ram", "ram", "entries, 8")


def test_connections_are_blocks_with_their_conditions() -> None:
    blocks = extract(QUEUE, "Queue.scala").modules[0].blocks
    functions = [b for b in blocks if b.kind is BlockKind.FUNCTION]
    assert [(b.name, b.calls) for b in functions] == [("twice", ("inc",))]
    told = [
        (b.range.line, b.drives, b.when(b.assignments[0].condition))
        for b in blocks
        if b.kind is BlockKind.ASSIGN
    ]
    assert told[0] == (14, ("full",), "when(io.enq && !full)")
    assert told[1] == (15, ("ram",), "when(io.enq && !full) && when(ram.io.ready)")
    assert told[2] == (17, ("full",), "otherwise")
    assert told[-1] == (19, ("io",), "")
    assert blocks[1].loads == ("full", "io")


def test_half_a_text_gives_what_lies_before() -> None:
    half = extract(QUEUE[: QUEUE.index("  io.deq")], "Queue.scala")
    assert half.errors
    assert any(m.name == "Queue" for m in half.modules) or half.modules == ()
    assert extract("class {{{ \x00", "x.scala").path == "x.scala"
