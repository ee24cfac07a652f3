import java.util.Base64
import scala.reflect.internal.util.BatchSourceFile
import scala.reflect.io.{AbstractFile, VirtualDirectory}
import scala.tools.nsc.{Global, Settings}
import scala.tools.nsc.reporters.StoreReporter

/** One compilation: the classes that came of it, and everything the compiler said. */
final case class Compiled(classes: Map[String, Array[Byte]], diagnostics: Seq[ujson.Obj], failed: Boolean)

/** A warm Scala compiler with the Chisel plugin. It never loads what it compiles.
  *
  * Each compilation is forgotten afterwards: a later one must not see the names of an earlier one,
  * or verdicts would depend on the order of candidates. `fresh` makes a new compiler each time
  * instead, which is slower and what the forgetting is tested against. `base` is a jar of Java's own
  * classes.
  */
final class Compiler(plugin: String, base: String, fresh: Boolean) {
  private val settings = new Settings()
  settings.classpath.value = System.getProperty("java.class.path").split(':').tail.mkString(":") // the first is ours
  settings.javabootclasspath.value = base
  settings.processArgumentString(
    s"-Xplugin:$plugin -Ymacro-annotations -language:reflectiveCalls -deprecation -feature -Xcheckinit -Yrangepos " +
      "-Ycache-plugin-class-loader:always -Ycache-macro-class-loader:always"
  )
  private val reporter = new StoreReporter(settings)
  private var global = new Global(settings, reporter)

  def compile(files: Seq[(String, String)]): Compiled = {
    val output = new VirtualDirectory("classes", None)
    settings.outputDirs.setSingleOutput(output)
    reporter.reset()
    if (fresh) renew()
    try
      forgetting { run =>
        run.compileSources(files.map { case (name, text) => new BatchSourceFile(name, text) }.toList)
      }
    catch {
      case broken: Throwable =>
        renew() // whatever state it was left in
        throw broken
    }
    if (files.exists { case (_, text) => mayReplace.findFirstIn(text).nonEmpty }) renew()
    val classes = if (reporter.hasErrors) Map.empty[String, Array[Byte]] else members(output, "").toMap
    Compiled(classes, reporter.infos.toSeq.map(diagnostic), reporter.hasErrors)
  }

  /** In a package of its own naming a candidate can replace what others use, as `package chisel3` does:
    * the compiler then changes symbols that were there, and only another compiler does not know it.
    */
  private val mayReplace = "\\bpackage\\b".r

  private def renew(): Unit = global = new Global(settings, reporter)

  /** Unlink what a run added to the root and the empty package.
    * `enteringTyper`: a later phase gives packages new scopes, in which unlinking does nothing.
    */
  private def forgetting(work: Global#Run => Unit): Unit = {
    val g = global
    val run = new g.Run // before symbols are looked at
    val scopes = Seq[g.Symbol](g.rootMirror.RootClass, g.rootMirror.EmptyPackageClass)
    val before = scopes.map(scope => scope -> scope.info.decls.toSet).toMap
    try work(run)
    finally
      g.enteringTyper {
        for (scope <- scopes; declarations = scope.info.decls; symbol <- declarations.toList)
          if (before.get(scope).exists(!_(symbol))) declarations.unlink(symbol)
      }
  }

  private def diagnostic(info: StoreReporter.Info): ujson.Obj = {
    val found = ujson.Obj("severity" -> info.severity.toString, "message" -> info.msg)
    val position = info.pos.finalPosition
    if (position.isDefined) {
      found("file") = position.source.file.name
      found("line") = position.line
      found("column") = position.column
    }
    found
  }

  private def members(directory: AbstractFile, prefix: String): List[(String, Array[Byte])] =
    directory.iterator.toList.flatMap { file =>
      if (file.isDirectory) members(file, s"$prefix${file.name}.")
      else List(s"$prefix${file.name.stripSuffix(".class")}" -> file.toByteArray)
    }
}

/** The resident compile server: `CompileServer PLUGIN BASE REQUESTS ANSWERS [fresh]`.
  *
  * A request is {"id", "files": [{"name", "text"}]}, an answer
  * {"id", "kind": "ok"|"errors"|"broken", "diagnostics", "classes": {name: base64},
  * "message", "cpu_s", "heap_mb"}. It says {"ready"} as soon as it takes requests, and trains while it has
  * none: the first answer need not wait for that, and the later ones come quicker.
  */
object CompileServer {
  def main(arguments: Array[String]): Unit = {
    val Array(plugin, base, requests, answers) = arguments.take(4)
    val pipe = new JsonLines(requests, answers)
    Threads.deep {
      val compiler = new Compiler(plugin, base, arguments.contains("fresh"))
      pipe.say(ujson.Obj("ready" -> true, "chisel" -> chisel3.BuildInfo.version))
      val lessons = Training.lessons
      var open = true
      while (open) {
        while (lessons.hasNext && !pipe.waiting) compiler.compile(Seq("Training.scala" -> lessons.next()))
        val request = pipe.next()
        open = request.nonEmpty
        for (asked <- request) pipe.say(answer(compiler, asked))
      }
    }
    Runtime.getRuntime.halt(0)
  }

  private def answer(compiler: Compiler, request: ujson.Value): ujson.Obj = {
    val found = ujson.Obj("id" -> request("id"))
    val before = CpuTime.seconds()
    try {
      val files = request("files").arr.map(file => file("name").str -> file("text").str).toSeq
      val compiled = compiler.compile(files)
      found("kind") = if (compiled.failed) "errors" else "ok"
      found("diagnostics") = ujson.Arr.from(compiled.diagnostics)
      found("classes") = ujson.Obj.from(compiled.classes.map { case (name, bytes) =>
        name -> ujson.Str(Base64.getEncoder.encodeToString(bytes))
      })
    } catch {
      case broken: Throwable =>
        found("kind") = "broken"
        found("message") = broken.toString.take(2000)
    }
    val runtime = Runtime.getRuntime
    found("cpu_s") = CpuTime.seconds() - before
    found("heap_mb") = ((runtime.totalMemory - runtime.freeMemory) >> 20).toDouble
    found
  }
}
