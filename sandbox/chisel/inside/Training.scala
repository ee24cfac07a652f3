/** What the compiler compiles while nobody asks. */
object Training {
  private val Rounds = 8
  private val header = "import chisel3._\nimport chisel3.util._\n"

  val counter: String = header +
    """class TopModule extends RawModule {
      |  val clk = IO(Input(Clock())); val reset = IO(Input(Bool())); val enable = IO(Input(Bool()))
      |  val count = IO(Output(UInt(8.W)))
      |  withClockAndReset(clk, reset) { val c = RegInit(0.U(8.W)); when(enable) { c := c + 1.U }; count := c }
      |}
      |""".stripMargin

  val machine: String = header +
    """object State extends ChiselEnum { val idle, busy, done = Value }
      |class TopModule extends RawModule {
      |  val io = FlatIO(new Bundle {
      |    val clk = Input(Clock()); val areset = Input(Bool()); val go = Input(Bool()); val ready = Output(Bool())
      |  })
      |  withClockAndReset(io.clk, io.areset.asAsyncReset) {
      |    val state = RegInit(State.idle)
      |    switch(state) {
      |      is(State.idle) { when(io.go) { state := State.busy } }
      |      is(State.busy) { state := State.done }
      |      is(State.done) { state := State.idle }
      |    }
      |    io.ready := state === State.done
      |  }
      |}
      |""".stripMargin

  val parts: String = header +
    """class Unit(width: Int) extends Module {
      |  val io = IO(new Bundle {
      |    val a = Input(UInt(width.W)); val b = Input(UInt(width.W)); val op = Input(UInt(2.W)); val r = Output(UInt(width.W))
      |  })
      |  io.r := MuxLookup(io.op, 0.U)(Seq(0.U -> (io.a + io.b), 1.U -> (io.a & io.b), 2.U -> (io.a ^ io.b)))
      |}
      |class TopModule(width: Int = 8) extends Module {
      |  val in = IO(Flipped(Decoupled(UInt(width.W)))); val out = IO(Decoupled(UInt(width.W)))
      |  val queue = Module(new Queue(UInt(width.W), 4))
      |  val unit = Module(new Unit(width))
      |  val table = Reg(Vec(4, UInt(width.W)))
      |  val memory = Mem(16, UInt(width.W))
      |  queue.io.enq <> in
      |  unit.io.a := queue.io.deq.bits; unit.io.b := table(in.bits(1, 0)); unit.io.op := in.bits(3, 2)
      |  for (i <- 0 until 4) when(in.valid && in.bits === i.U) { table(i) := Cat(in.bits(3, 0), Fill(4, in.bits(7))) }
      |  when(in.fire) { memory(in.bits(3, 0)) := unit.io.r }
      |  out.valid := queue.io.deq.valid; out.bits := unit.io.r | memory(in.bits(3, 0)); queue.io.deq.ready := out.ready
      |}
      |""".stripMargin

  /** After some twenty of them Java has compiled what is used often. */
  def lessons: Iterator[String] = Iterator.fill(Rounds)(Seq(counter, machine, parts)).flatten
}
