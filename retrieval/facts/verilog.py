"""Facts of Verilog and SystemVerilog, by slang's syntax layer: no elaboration, no includes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyslang
from pyslang.parsing import LexerOptions, ParserOptions, PreprocessorOptions
from pyslang.syntax import SyntaxTree

from gatewright.retrieval.facts.conditional import Span, blanked, variants
from gatewright.retrieval.facts.macros import explodes, macros
from gatewright.retrieval.facts.members import UnitReader
from gatewright.retrieval.facts.merge import merge
from gatewright.retrieval.facts.nesting import suspicious, too_deep
from gatewright.retrieval.facts.stack import on_deep_stack
from gatewright.retrieval.facts.types import FileFacts, Module

_INCLUDE = re.compile(rb"`include\b[ \t]*(?:[\"<]([^\">\n]*)[\">]?|[^\n]*)")
# What SystemVerilog reserves and Verilog files use as names.
_LATER_WORDS = re.compile(
    rb"\b(?:bit|byte|checker|do|expect|final|global|implies|int|let|new|null|packed|priority|property"
    rb"|rand|ref|restrict|sequence|static|string|strong|this|type|unique|untyped|var|virtual|void|weak"
    rb"|within)\b"
)


def verilog_facts(text: str, path: str) -> FileFacts:
    """The facts of a text. Bad text gives what can be read of it; never an exception."""
    data = text.encode("utf-8", "replace")
    if not data.strip():
        return FileFacts(path, "verilog", (), (), (), (), 0)
    used = macros(data)
    includes = tuple(name.decode("utf-8", "replace") for name in _INCLUDE.findall(data) if name)
    modules: tuple[Module, ...] = ()
    note, errors = "", 0
    if too_deep(data):
        note = "nested too deeply to be read"
    elif explodes(data):
        note = "its macros expand to more than can be read"
    else:
        try:
            if suspicious(data):
                modules, errors = on_deep_stack(lambda: _read(data, path))
            else:
                modules, errors = _read(data, path)
        except (RuntimeError, RecursionError):  # slang's own limit, or ours on the way down
            note = "nested too deeply to be read"
    return FileFacts(path, "verilog", modules, includes, used.defines, used.uses, errors, note)


def _read(data: bytes, path: str) -> tuple[tuple[Module, ...], int]:
    spans = [Span(found.start(), found.end()) for found in _INCLUDE.finditer(data)]
    whole = blanked(data, spans) if spans else data
    parts: list[Sequence[Module]] = []
    errors = 0
    for number, variant in enumerate(variants(whole)):
        tree, wrong = _parsed(variant.data, path)
        errors = errors if number else len(wrong)
        fresh = variant.fresh if number else None
        clean = all(code == pyslang.Diags.UnknownDirective for code in wrong)
        parts.append(UnitReader(variant.data, tree.sourceManager, fresh, clean).read(tree.root))
    return merge(parts), errors


def _parsed(data: bytes, path: str) -> tuple[Any, list[Any]]:
    """The tree and the codes of its errors, by the language version that leaves the fewer."""
    text = data.decode()
    tree = SyntaxTree.fromText(text, pyslang.SourceManager(), name=path, path=path)
    errors = _errors(tree)
    if errors and path.endswith((".v", ".vh")) and _LATER_WORDS.search(data):
        options = _verilog_2005()
        other = SyntaxTree.fromText(
            text, pyslang.SourceManager(), name=path, path=path, options=options
        )
        fewer = _errors(other)
        if len(fewer) < len(errors):
            return other, fewer
    return tree, errors


def _errors(tree: Any) -> list[Any]:
    return [diagnostic.code for diagnostic in tree.diagnostics if diagnostic.isError()]


def _verilog_2005() -> Any:
    lexer, parser, preprocessor = LexerOptions(), ParserOptions(), PreprocessorOptions()
    for options in (lexer, parser, preprocessor):
        options.languageVersion = pyslang.LanguageVersion.v1364_2005
    bag = pyslang.Bag()
    bag.lexerOptions, bag.parserOptions, bag.preprocessorOptions = lexer, parser, preprocessor
    return bag
