"""Modules with what macros of other files make of them: registers, assertions, instances."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gatewright.retrieval.facts.types import FileFacts, Module
from gatewright.retrieval.pack_names import Dictionary
from gatewright.retrieval.pack_parts import Texts
from gatewright.retrieval.repository import Definition, Repository
from gatewright.retrieval.scan import language_of, read
from gatewright.retrieval.store import content_hash

_USE = re.compile(r"`(\w+)")
_DEFINE = re.compile(r"^[ \t]*`define[ \t]+(\w+)(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)
_INCLUDE = re.compile(r"`include\b")
_MOST_MACROS = 500


def with_macros(repository: Repository, definition: Definition) -> Module:
    """The facts of a definition, its file read with the macros that it uses and others define.

    They are what is stored where there are no such macros or the file changed meanwhile. What
    comes out of a macro stands at the line where the macro is used.
    """
    stored = repository.module(definition)
    facts = repository.facts(definition.path)
    if facts is None or facts.language != "verilog" or facts.note:
        return stored
    if not set(facts.macros) - set(facts.defines):
        return stored
    text = _stored_text(repository, definition.path)
    definitions = "\n".join(_definitions(repository, facts)) if text else ""
    if not definitions:
        return stored
    from gatewright.retrieval.facts.verilog import verilog_facts  # loads the parser

    again = verilog_facts(text, definition.path, definitions).modules
    same = (m for m in again if m.name == stored.name and m.range.line == stored.range.line)
    return next(same, stored)


def _stored_text(repository: Repository, path: str) -> str:
    """A file's text if it still is what the facts are from; else nothing."""
    known = next((file.hash for file in repository.files if file.path == path), b"")
    content = read(repository.root, path)
    same = not content.note and content_hash(content.data, language_of(path)) == known
    return content.text if same else ""


def _definitions(repository: Repository, facts: FileFacts) -> Iterator[str]:
    """The `define`s that a file's macros come to, also through others; none that includes."""
    texts = Texts(repository.text)
    book = Dictionary(repository, texts, lambda _: True, facts.path)
    files = book.includes(facts)  # a macro may use what another of them defines
    known = set(facts.defines)
    waiting = [(set(facts.macros) - known, facts)]
    while waiting and len(known) < _MOST_MACROS:
        names, user = waiting.pop()
        fresh = names - known
        known |= fresh
        for text, file in _fullest(book, fresh, user, files):
            owner = repository.facts(file)
            if owner is not None and not _INCLUDE.search(text):
                yield text
                waiting.append((set(_USE.findall(text)), owner))


def _fullest(
    book: Dictionary, names: set[str], user: FileFacts, files: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Each macro's definition and its file: of several in the files that are included the longest,
    since others leave out what some tool cannot read; else one that its user finds."""
    found: dict[str, tuple[str, str]] = {}
    for path in files if names else ():
        for define in _DEFINE.finditer(book.texts.text(path)):
            name = define[1]
            if name in names and len(define[0]) > len(found.get(name, ("", ""))[0]):
                found[name] = (define[0], path)
    for far in book.macros(sorted(names - found.keys()), user):
        lines = book.texts.lines(far.file)[far.lines.start - 1 : far.lines.stop - 1]
        found[far.name] = ("\n".join(lines), far.file)
    yield from (found[name] for name in sorted(found))
