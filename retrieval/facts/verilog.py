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

_FIRST = "GATEWRIGHT_DEFINITIONS"
_INCLUDE = re.compile(rb"`include\b[ \t]*(?:[\"<]([^\">\n]*)[\">]?|[^\n]*)")
# What SystemVerilog reserves and Verilog files use as names.
_LATER_WORDS = re.compile(
    rb"\b(?:bit|byte|checker|do|expect|final|global|implies|int|let|new|null|packed|priority|property"
    rb"|rand|ref|restrict|sequence|static|string|strong|this|type|unique|untyped|var|virtual|void|weak"
    rb"|within)\b"
)


def verilog_facts(text: str, path: str, definitions: str = "") -> FileFacts:
    """The facts of a text. Bad text gives what can be read of it; never an exception.

    `definitions` are `define`s of other texts: what uses of them become stands where they are used.
    """
    data = text.encode("utf-8", "replace")
    if not data.strip():
        return FileFacts(path, "verilog", (), (), (), (), 0)
    used = macros(data)
    includes = tuple(name.decode("utf-8", "replace") for name in _INCLUDE.findall(data) if name)
    modules: tuple[Module, ...] = ()
    note, errors = "", 0
    if too_deep(data):
        note = "nested too deeply to be read"
    elif explodes(b"%b\n%b" % (definitions.encode("utf-8", "replace"), data)):
        note = "its macros expand to more than can be read"
    else:
        try:
            if suspicious(data):
                modules, errors = on_deep_stack(lambda: _read(data, path, definitions))
            else:
                modules, errors = _read(data, path, definitions)
        except (RuntimeError, RecursionError):  # slang's own limit, or ours on the way down
            note = "nested too deeply to be read"
    return FileFacts(path, "verilog", modules, includes, used.defines, used.uses, errors, note)


def _read(data: bytes, path: str, definitions: str) -> tuple[tuple[Module, ...], int]:
    spans = [Span(found.start(), found.end()) for found in _INCLUDE.finditer(data)]
    whole = blanked(data, spans) if spans else data
    parts: list[Sequence[Module]] = []
    errors = 0
    for number, variant in enumerate(variants(whole)):
        tree, wrong = _parsed(variant.data, path, definitions)
        errors = errors if number else len(wrong)
        fresh = variant.fresh if number else None
        clean = all(code == pyslang.Diags.UnknownDirective for code in wrong)
        expands = bool(definitions)
        reader = UnitReader(variant.data, tree.sourceManager, fresh, clean, expands)
        parts.append(reader.read(tree.root))
    return merge(parts), errors


def _parsed(data: bytes, path: str, definitions: str) -> tuple[Any, list[Any]]:
    """The tree and the codes of its errors, by the language version that leaves the fewer."""
    text = data.decode()
    tree = _tree(text, path, _options(definitions) if definitions else None)
    errors = _errors(tree)
    if errors and path.endswith((".v", ".vh")) and _LATER_WORDS.search(data):
        options = _options(definitions, pyslang.LanguageVersion.v1364_2005)
        other = _tree(text, path, options)
        fewer = _errors(other)
        if len(fewer) < len(errors):
            return other, fewer
    return tree, errors


def _tree(text: str, path: str, options: Any) -> Any:
    manager = pyslang.SourceManager()
    if options is None:
        return SyntaxTree.fromText(text, manager, name=path, path=path)
    return SyntaxTree.fromText(text, manager, name=path, path=path, options=options)


def _errors(tree: Any) -> list[Any]:
    return [diagnostic.code for diagnostic in tree.diagnostics if diagnostic.isError()]


def _options(definitions: str, version: Any = None) -> Any:
    lexer, parser, preprocessor = LexerOptions(), ParserOptions(), PreprocessorOptions()
    if version is not None:
        for options in (lexer, parser, preprocessor):
            options.languageVersion = version
    if definitions:  # slang changes the first `=` of a predefined text, and reads on as it stands
        preprocessor.predefines = [f"{_FIRST}=1\n{definitions}"]
    bag = pyslang.Bag()
    bag.lexerOptions, bag.parserOptions, bag.preprocessorOptions = lexer, parser, preprocessor
    return bag
