import java.io.{BufferedOutputStream, FileOutputStream}
import java.nio.file.Path
import java.util.zip.{ZipEntry, ZipFile, ZipOutputStream}
import scala.jdk.CollectionConverters._
import scala.tools.asm.{ClassReader, ClassVisitor, ClassWriter, Handle, MethodVisitor, Opcodes, Type}
import scala.util.Using

/** Rewrites jars so that Java can archive their function literals: `PlainLambdas FOLDER JAR...`.
  *
  * Scala marks every function literal as serialisable, and Java archives no such one: 500 classes were
  * made anew at each start, a quarter of an elaborator's. Nothing here serialises a function.
  */
object PlainLambdas {
  private val factory = "java/lang/invoke/LambdaMetafactory"
  private val plain =
    "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;" +
      "Ljava/lang/invoke/MethodType;Ljava/lang/invoke/MethodHandle;Ljava/lang/invoke/MethodType;)" +
      "Ljava/lang/invoke/CallSite;"
  private val Serializable = Integer.valueOf(1)
  private val SerializableWithBridges = Integer.valueOf(5)
  private val shared = 3 // arguments that both factories take

  def main(arguments: Array[String]): Unit =
    for (jar <- arguments.tail) rewrite(jar, Path.of(arguments.head, Path.of(jar).getFileName.toString).toString)

  private def rewrite(from: String, to: String): Unit =
    Using.resources(new ZipFile(from), new ZipOutputStream(new BufferedOutputStream(new FileOutputStream(to)))) {
      (jar, copy) =>
        for (entry <- jar.entries.asScala) {
          val bytes = Using.resource(jar.getInputStream(entry))(_.readAllBytes())
          val made = new ZipEntry(entry.getName)
          made.setTime(entry.getTime)
          copy.putNextEntry(made)
          copy.write(if (entry.getName.endsWith(".class")) rewritten(bytes) else bytes)
          copy.closeEntry()
        }
    }

  private def rewritten(bytes: Array[Byte]): Array[Byte] = {
    val reader = new ClassReader(bytes)
    val writer = new ClassWriter(reader, 0)
    val visitor = new Visitor(writer)
    reader.accept(visitor, 0)
    if (visitor.changed) writer.toByteArray else bytes
  }

  /** Bridges can be left out for Scala's own function types: those declare no other method. */
  private def isPlain(made: String, flags: AnyRef): Boolean =
    flags == Serializable || flags == SerializableWithBridges &&
      (made.startsWith("scala/Function") || made.startsWith("scala/runtime/java8/JFunction"))

  private final class Visitor(writer: ClassWriter) extends ClassVisitor(Opcodes.ASM9, writer) {
    var changed = false

    override def visitMethod(
        access: Int, name: String, descriptor: String, signature: String, exceptions: Array[String]
    ): MethodVisitor =
      new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, exceptions)) {
        override def visitInvokeDynamicInsn(name: String, descriptor: String, maker: Handle, more: AnyRef*): Unit = {
          val alternative = maker.getOwner == factory && maker.getName == "altMetafactory"
          if (alternative && isPlain(Type.getReturnType(descriptor).getInternalName, more(shared))) {
            changed = true
            val simple = new Handle(maker.getTag, factory, "metafactory", plain, false)
            super.visitInvokeDynamicInsn(name, descriptor, simple, more.take(shared): _*)
          } else super.visitInvokeDynamicInsn(name, descriptor, maker, more: _*)
        }
      }
  }
}
