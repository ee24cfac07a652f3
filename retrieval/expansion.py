"""Modules with what macros of other files make of them: registers, assertions, instances."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Expanded:
    """A module as macros of other files make it; `lasting` = read from the files as stored."""

    module: Module
    lasting: bool


def with_macros(repository: Repository, definition: Definition) -> Expanded:
    """The facts of a definition, its file read with the macros that it uses and others define.

    They are what is stored where there are no such macros or the file changed meanwhile. What
    comes out of a macro stands at the line where the macro is used.
    """
    stored = repository.module(definition)
    facts = repository.facts(definition.path)
    if facts is None or not _asks(facts):
        return Expanded(stored, False)
    text = _stored_text(repository, definition.path)
    found = list(_definitions(repository, facts)) if text else []
    again = _read(text, definition.path, found)
    same = (m for m in again if m.name == stored.name and m.range.line == stored.range.line)
    as_stored = all(_stored_text(repository, path) for path in {path for _, path in found})
    return Expanded(next(same, stored), bool(again) and as_stored)


def text_with_macros(repository: Repository, facts: FileFacts, text: str) -> tuple[Module, ...]:
    """The modules of a text whose facts are known, read with the macros of other files."""
    if not _asks(facts):
        return facts.modules
    return _read(text, facts.path, list(_definitions(repository, facts))) or facts.modules


def _asks(facts: FileFacts) -> bool:
    """Whether a file uses macros that it does not define."""
    if facts.language != "verilog" or facts.note:
        return False
    return bool(set(facts.macros) - set(facts.defines))


def _read(text: str, path: str, found: Sequence[tuple[str, str]]) -> tuple[Module, ...]:
    if not found:
        return ()
    from gatewright.retrieval.facts.verilog import verilog_facts  # loads the parser

    return verilog_facts(text, path, "\n".join(define for define, _ in found)).modules


def _stored_text(repository: Repository, path: str) -> str:
    """A file's text if it still is what the facts are from; else nothing."""
    known = next((file.hash for file in repository.files if file.path == path), b"")
    content = read(repository.root, path)
    same = not content.note and content_hash(content.data, language_of(path)) == known
    return content.text if same else ""


def _definitions(repository: Repository, facts: FileFacts) -> Iterator[tuple[str, str]]:
    """The `define`s that a file's macros come to, also through others, and their files; none
    that includes."""
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
                yield text, file
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
