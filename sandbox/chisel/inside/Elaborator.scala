import java.io.{ByteArrayOutputStream, OutputStream, PrintStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.Base64
import chisel3._
import chisel3.util._

/** Output with a limit: what is over it is counted and not kept. */
final class Capped(most: Int) extends OutputStream {
  private val kept = new ByteArrayOutputStream
  private var over = 0L
  override def write(byte: Int): Unit = synchronized { if (kept.size < most) kept.write(byte) else over += 1 }
  override def write(bytes: Array[Byte], offset: Int, length: Int): Unit = synchronized {
    val taken = math.min(length, most - kept.size).max(0)
    kept.write(bytes, offset, taken)
    over += length - taken
  }
  def text: String = kept.toString(UTF_8)
  def lost: Long = over
}

/** A candidate's classes, loaded before anything of ours of the same name. */
final class Classes(classes: Map[String, Array[Byte]], parent: ClassLoader) extends ClassLoader(parent) {
  override def loadClass(name: String, resolve: Boolean): Class[_] = getClassLoadingLock(name).synchronized {
    if (!classes.contains(name)) super.loadClass(name, resolve)
    else Option(findLoadedClass(name)).getOrElse(defineClass(name, classes(name), 0, classes(name).length))
  }
}

/** What the elaborator elaborates before it is asked, so that its code is loaded. */
final class Warming extends RawModule {
  val clk = IO(Input(Clock()))
  val reset = IO(Input(Bool()))
  val a = IO(Input(UInt(8.W)))
  val q = IO(Output(UInt(8.W)))
  withClockAndReset(clk, reset) {
    val r = RegInit(0.U(8.W))
    val v = Reg(Vec(4, UInt(8.W)))
    when(a(0)) { r := r + a }.elsewhen(a === 3.U) { r := Cat(a(3, 0), r(3, 0)) }
    switch(a) { is(1.U) { v(a(1, 0)) := a } }
    q := r ^ v(a(1, 0)) ^ PopCount(a) ^ Mux(a.orR, 1.U, 2.U)
  }
}

/** Elaborates one candidate and ends: `ElaborateServer REQUESTS ANSWERS`.
  *
  * The request is {"id", "entry": class with a static `emit`, "files": [names], "classes"}, the answer
  * {"id", "kind": "ok"|"exception", "text": CHIRRTL, "exception", "message", "frames": ["FILE:LINE"],
  * "output", "lost", "cpu_s"}. A candidate can forge the answer; all it wins is other CHIRRTL to be judged by.
  */
object ElaborateServer {
  private val OutputBytes = 1 << 16
  private val TextBytes = 8 << 20

  def main(arguments: Array[String]): Unit = {
    val pipe = new JsonLines(arguments(0), arguments(1))
    Threads.deep {
      _root_.circt.stage.ChiselStage.emitCHIRRTL(new Warming)
      pipe.say(ujson.Obj("ready" -> true))
      pipe.next() match {
        case Some(request) => pipe.say(answer(request))
        case None          => Rehearsal.all() // nobody asks: an archive is being made
      }
      Runtime.getRuntime.halt(0) // threads that the candidate left do not keep the process
    }
  }

  private def answer(request: ujson.Value): ujson.Obj = {
    val classes = request("classes").obj.map { case (name, text) => name -> Base64.getDecoder.decode(text.str) }.toMap
    val files = request("files").arr.map(_.str).toSet
    val output = new Capped(OutputBytes)
    val stream = new PrintStream(output, true, "UTF-8")
    System.setOut(stream)
    System.setErr(stream)
    val found = ujson.Obj("id" -> request("id"))
    val before = CpuTime.seconds()
    try
      Console.withOut(stream) {
        Console.withErr(stream) {
          val entry = new Classes(classes, getClass.getClassLoader).loadClass(request("entry").str)
          val text = entry.getMethod("emit").invoke(null).asInstanceOf[String]
          found("kind") = if (text.length > TextBytes) "large" else "ok"
          if (text.length <= TextBytes) found("text") = text
        }
      }
    catch { case thrown: Throwable => failure(found, thrown, files) }
    found("cpu_s") = CpuTime.seconds() - before
    found("output") = output.text
    found("lost") = output.lost.toDouble
    found
  }

  private def failure(found: ujson.Obj, thrown: Throwable, files: Set[String]): Unit = {
    var cause = thrown
    while (cause.getCause != null && wraps(cause)) cause = cause.getCause
    found("kind") = "exception"
    found("exception") = cause.getClass.getName
    found("message") = String.valueOf(cause.getMessage).take(4000)
    val frames = cause.getStackTrace.toSeq.take(2000).filter(frame => files.contains(frame.getFileName))
    found("frames") = ujson.Arr.from(frames.take(8).map(frame => s"${frame.getFileName}:${frame.getLineNumber}"))
  }

  private def wraps(thrown: Throwable): Boolean = thrown match {
    case _: java.lang.reflect.InvocationTargetException | _: ExceptionInInitializerError => true
    case _                                                                              => false
  }
}
