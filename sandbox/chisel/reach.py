"""What a candidate's Scala uses beside Chisel: a circuit must follow from its source alone.

Elaboration runs the candidate's code. One that asks for the time, for chance or for where it runs
can be one circuit when it is checked and another one later, and one that opens files can write its
own answer. Such a candidate has not been verified, whatever was simulated. Pure.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence

from gatewright.core import Diagnostic, Severity, Source
from gatewright.sandbox.chisel.classfile import references

_JAVA = re.compile(
    r"""java/lang/(?:Object|String|StringBuilder|StringBuffer|CharSequence|Comparable|Iterable
        |Runnable|Cloneable|Enum|Void|Boolean|Byte|Character|Short|Integer|Long|Float|Double|Number
        |Math|StrictMath|Class|Throwable|\w*Exception|\w*Error)
    |java/lang/invoke/(?:MethodHandles|MethodHandles\$Lookup|LambdaMetafactory|SerializedLambda
        |StringConcatFactory|CallSite|MethodType|MethodHandle)
    |java/lang/reflect/(?:Method|InvocationTargetException)
    |java/io/Serializable|java/math/\w+
    |java/util/(?:Arrays|Objects|Optional|Collections?|Iterator|List|ArrayList|Map|HashMap
        |LinkedHashMap|Set|HashSet|BitSet|Random|NoSuchElementException)|java/util/function/\w+""",
    re.VERBOSE,
)
_LIBRARIES = ("chisel3/", "scala/", "circt/", "firrtl/", "logger/", "sourcecode/")
_REFUSED = (
    "chisel3/stage/",
    "chisel3/simulator/",
    "circt/stage/",
    "firrtl/options/",
    "firrtl/stage/",
    "firrtl/FileUtils",
    "scala/compat/",
    "scala/concurrent/",
    "scala/io/",
    "scala/reflect/api/",
    "scala/reflect/internal/",
    "scala/reflect/io/",
    "scala/reflect/macros/",
    "scala/reflect/runtime/",
    "scala/sys/",
    "scala/tools/",
    "scala/util/Properties",
    "scala/util/Random$",
)
# Methods that structural types are compiled to are let be: they look a member up by its name.
_METHODS = re.compile(
    r"""java/lang/Class\.(?!getMethod\(|getName\(|getSimpleName\(|equals\(|hashCode\(|toString\()
    |java/lang/reflect/Method\.(?!invoke\()
    |java/lang/invoke/(?:MethodHandles|MethodHandle)[.$]
    |java/lang/Math\.random\(|scala/math/package\$\.random\(
    |java/util/Random\.<init>\(\)|scala/util/Random\.<init>\(\)
    |java/util/Collections\.shuffle\(""",
    re.VERBOSE,
)
_PACKAGE = re.compile(r"/package\$(?=$|\.)")  # where a package keeps its own functions
_LOOKED_UP = {"forName", "getClassLoader", "loadClass", "newInstance", "setAccessible"}
_OWN = ("java/", "javax/", "sun/", "jdk/", *_LIBRARIES)


def beside_chisel(
    classes: Mapping[str, str], entry: str, sources: Sequence[Source]
) -> tuple[Diagnostic, ...]:
    """What the top uses that no design may, at the lines that name it.

    `classes` are the compiled ones in base64 by their names. What the top does not reach counts
    for nothing: a main object may write its files.
    """
    compiled = {name.replace(".", "/"): text for name, text in classes.items()}
    replaced = sorted(name for name in compiled if name.startswith(_OWN))
    if replaced:
        return (_error(f"{_dotted(replaced[0])} takes a library's place", replaced[0], sources),)
    return tuple(
        _error(f"{_dotted(name)} is not for a design", name, sources)
        for name in dict.fromkeys(_used(compiled, entry))
    )


def _used(compiled: Mapping[str, str], entry: str) -> Iterator[str]:
    waiting, seen = [entry, f"{entry}$"], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in compiled:
            continue
        seen.add(name)
        found = references(base64.b64decode(compiled[name]))
        waiting.extend(found.classes)
        if name.rstrip("$") != entry:
            yield from sorted(c for c in found.classes - compiled.keys() if not _allowed(c))
            yield from sorted(m.partition("(")[0] for m in found.methods if _refused_method(m))


def _allowed(name: str) -> bool:
    if name.startswith("["):
        return True  # an array of numbers
    if name.startswith(_LIBRARIES):
        return not name.startswith(_REFUSED)
    return bool(_JAVA.fullmatch(name))


def _refused_method(method: str) -> bool:
    called = method.partition("(")[0].rpartition(".")[2]
    return bool(_METHODS.match(method)) or called in _LOOKED_UP


def _dotted(name: str) -> str:
    plain = _PACKAGE.sub("", name).replace("/", ".").replace("$.", ".")
    return plain.rstrip("$").replace(".<init>", "()")


def _error(what: str, name: str, sources: Sequence[Source]) -> Diagnostic:
    message = (
        f"{what}: the circuit must follow from the source alone, not from time, chance, files or "
        "the machine"
    )
    file, line = _place(name, sources)
    return Diagnostic(Severity.ERROR, message, file, line, code="beside_chisel", tool="chisel")


def _place(name: str, sources: Sequence[Source]) -> tuple[str, int]:
    """Where the source names it: a class by its last name, a method by both."""
    owner, _, method = _PACKAGE.sub("", name).partition(".")
    last = owner.rstrip("$").rpartition("/")[2]
    words = [method, last] if method and method != "<init>" else [last]
    for word in words:
        for source in sources:
            for number, line in enumerate(source.text.splitlines(), 1):
                if re.search(rf"\b{re.escape(word)}\b", line):
                    return source.name, number
    return (sources[0].name if sources else ""), 0
