import java.io.{BufferedOutputStream, FileOutputStream}
import java.net.URI
import java.nio.file.{FileSystems, Files, Path}
import java.util.zip.{ZipEntry, ZipOutputStream}
import scala.jdk.CollectionConverters._
import scala.util.Using

/** Writes what `java.base` offers candidates as a jar: `JavaBase JAR`.
  *
  * The compiler reads that much quicker than the running Java's own image, whose seventy modules it
  * lists one by one before its first answer.
  */
object JavaBase {
  private val Offered = Seq("java", "javax")

  def main(arguments: Array[String]): Unit = {
    val base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base")
    Using.resource(new ZipOutputStream(new BufferedOutputStream(new FileOutputStream(arguments(0))))) { jar =>
      for (folder <- Offered; file <- classes(base.resolve(folder))) {
        jar.putNextEntry(new ZipEntry(base.relativize(file).toString))
        jar.write(Files.readAllBytes(file))
        jar.closeEntry()
      }
    }
  }

  private def classes(folder: Path): Seq[Path] =
    Using.resource(Files.walk(folder))(_.iterator.asScala.filter(_.toString.endsWith(".class")).toSeq.sortBy(_.toString))
}
