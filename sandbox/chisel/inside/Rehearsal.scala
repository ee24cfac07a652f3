import chisel3._
import chisel3.util._
import scala.util.Try

object RehearsalState extends ChiselEnum { val idle, busy, done = Value }

class RehearsalUnit(width: Int) extends Module {
  val io = IO(new Bundle {
    val a = Input(UInt(width.W)); val b = Input(SInt(width.W)); val op = Input(UInt(2.W)); val r = Output(UInt(width.W))
  })
  io.r := MuxLookup(io.op, 0.U)(Seq(0.U -> (io.a + io.b.asUInt), 1.U -> (io.a & Fill(width, io.b(0))), 2.U -> Reverse(io.a)))
}

class RehearsalBox extends BlackBox with HasBlackBoxInline {
  val io = IO(new Bundle { val a = Input(Bool()); val q = Output(Bool()) })
  setInline("RehearsalBox.v", "module RehearsalBox(input a, output q); assign q = a; endmodule\n")
}

final class Rehearsal(fault: Boolean) extends RawModule {
  val io = FlatIO(new Bundle {
    val clk = Input(Clock()); val areset = Input(Bool()); val go = Input(Bool()); val a = Input(UInt(8.W))
    val q = Output(UInt(8.W)); val state = Output(Bool())
  })
  withClockAndReset((!io.clk.asBool).asClock, io.areset.asAsyncReset) {
    val state = RegInit(RehearsalState.idle)
    switch(state) {
      is(RehearsalState.idle) { when(io.go) { state := RehearsalState.busy } }
      is(RehearsalState.busy) { state := RehearsalState.done }
      is(RehearsalState.done) { state := RehearsalState.idle }
    }
    val unit = Module(new RehearsalUnit(8))
    val queue = Module(new Queue(UInt(8.W), 4))
    val box = Module(new RehearsalBox)
    val memory = SyncReadMem(16, UInt(8.W))
    val table = VecInit(Seq.tabulate(8)(i => (i * i).U(8.W)))
    val (count, wrap) = Counter(io.go, 10)
    val next = WireDefault(RegNext(ShiftRegister(io.a, 2), 0.U))
    queue.io.enq.valid := io.go; queue.io.enq.bits := table(io.a(2, 0)); queue.io.deq.ready := !io.go
    unit.io.a := queue.io.deq.bits; unit.io.b := io.a.asSInt; unit.io.op := count(1, 0)
    box.io.a := wrap
    when(io.go) { memory.write(io.a(3, 0), Cat(unit.io.r(3, 0), PriorityEncoder(io.a)) ## 0.U(1.W)) }
    io.q := memory.read(io.a(7, 4)) ^ next ^ Mux1H(Seq(box.io.q -> 1.U, !box.io.q -> 2.U)) ^ VecInit(io.a.asBools.reverse).asUInt
    io.state := state === RehearsalState.done && io.a(if (fault) 9 else 0)
    assert(!io.go || io.a =/= 3.U)
  }
}

/** What Java writes into the elaborator's archive beside what warming loads: the classes that
  * candidates use, and those that say what is wrong with one.
  */
object Rehearsal {
  def all(): Unit =
    for (fault <- Seq(false, true)) Try(_root_.circt.stage.ChiselStage.emitCHIRRTL(new Rehearsal(fault)))
}
