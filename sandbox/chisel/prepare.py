"""A candidate's Scala files as the compiler gets them: imports added, the entry to its top written.

Pure. Lines stay as they are: what is added stands on line 1, or in a file of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gatewright.core import Source
from gatewright.sandbox.chisel.hierarchy import Definition, Kind, unused_modules

IMPORTS = "import chisel3._; import chisel3.util._; "
_DEFINITIONS = {"class_definition", "object_definition", "trait_definition"}


@dataclass(frozen=True, slots=True)
class ScalaClass:
    """A class at the top level of a file."""

    name: str
    package: str
    line: int
    extends: str = ""

    @property
    def path(self) -> str:
        """How other code names it."""
        return f"{self.package}.{self.name}" if self.package else self.name


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is compiled. `shifts` says by how many columns a file's first line moved."""

    files: tuple[tuple[str, str], ...]
    entry: str
    entry_file: str
    shifts: dict[str, int] = field(default_factory=dict)


def classes(sources: Sequence[Source]) -> tuple[ScalaClass, ...]:
    """The classes at the top level of the files (objects and traits are none)."""
    return tuple(found for source in sources for found in _classes(source.text))


def tops(sources: Sequence[Source]) -> tuple[str, ...]:
    """Hardware classes that no other hardware of the files makes or extends, by name."""
    return unused_modules([one for source in sources for one in _definitions(source.text)])


def prepare(sources: Sequence[Source], top: str, arguments: str = "") -> Prepared:
    """Compile these files, elaborate `new top(arguments)`."""
    found = classes(sources)
    path = next((one.path for one in found if one.name == top), top)
    files, shifts = [], {}
    for source in sources:
        lacks = "import chisel3" not in source.text and not _package(source.text)
        files.append((source.name, IMPORTS + source.text if lacks else source.text))
        shifts[source.name] = len(IMPORTS) if lacks else 0
    entry = f"Gw{secrets.token_hex(8)}"
    code = (
        f"object {entry} {{ def emit(): String = "
        f"_root_.circt.stage.ChiselStage.emitCHIRRTL(new {path}({arguments})) }}\n"
    )
    name = f"{entry}.scala"
    return Prepared((*files, (name, code)), entry, name, shifts)


def _package(text: str) -> str:
    names = []
    for node in _root(text).children:
        if node.type == "package_clause":
            name = node.child_by_field_name("name")
            if name is not None and name.text is not None:
                names.append(name.text.decode())
    return ".".join(names)


def _classes(text: str) -> Iterator[ScalaClass]:
    package = _package(text)
    for node in _root(text).children:
        if node.type == "class_definition":
            name = node.child_by_field_name("name")
            extends = node.child_by_field_name("extend")
            if name is None or name.text is None:
                continue
            base = extends.text.decode() if extends is not None and extends.text else ""
            yield ScalaClass(name.text.decode(), package, node.start_point[0] + 1, base)


def _definitions(text: str) -> Iterator[Definition]:
    for node in _root(text).children:
        name = node.child_by_field_name("name") if node.type in _DEFINITIONS else None
        if name is None or name.text is None or node.text is None:
            continue
        extends = node.child_by_field_name("extend")
        base = extends.text.decode() if extends is not None and extends.text else ""
        modifiers = (child.text or b"" for child in node.children if child.type == "modifiers")
        kind = Kind.CLASS if node.type == "class_definition" else Kind.HELPER
        if any(b"abstract" in said for said in modifiers):
            kind = Kind.ABSTRACT
        yield Definition(name.text.decode(), node.text.decode(), kind, base)


def _root(text: str):  # type: ignore[no-untyped-def]
    import tree_sitter_scala
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_scala.language())).parse(text.encode()).root_node
