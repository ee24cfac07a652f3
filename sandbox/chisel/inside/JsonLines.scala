import java.io.{BufferedReader, BufferedWriter, FileInputStream, FileOutputStream, InputStreamReader, OutputStreamWriter}
import java.nio.charset.StandardCharsets.UTF_8

/** JSON lines over two named pipes: standard output is the candidate's, never the protocol's. */
final class JsonLines(requests: String, answers: String) {
  private val in = new BufferedReader(new InputStreamReader(new FileInputStream(requests), UTF_8))
  private val out = new BufferedWriter(new OutputStreamWriter(new FileOutputStream(answers), UTF_8))

  /** The next request, or None when nobody will ask any more. */
  def next(): Option[ujson.Value] = Option(in.readLine()).map(ujson.read(_))

  /** Whether a request, or a part of one, is there. */
  def waiting: Boolean = in.ready()

  def say(answer: ujson.Value): Unit = {
    out.write(ujson.write(answer))
    out.write('\n')
    out.flush()
  }
}

object Threads {
  val StackBytes: Long = 64L << 20 // deep nesting of expressions is recursion in the compiler

  /** Run `body` with a large stack and wait for it. */
  def deep(body: => Unit): Unit = {
    val thread = new Thread(null, () => body, "work", StackBytes)
    thread.start()
    thread.join()
  }
}
