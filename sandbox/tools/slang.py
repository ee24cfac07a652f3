"""slang, in-process: syntax diagnostics with line and column, and what modules look like.

The parser runs inside our own process, so nothing reaches it but text without macros, of bounded
size and nesting: slang 12.1 overflows the stack on some 8000 nested generate blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewright.core import Diagnostic, Interface, Severity, Source
from gatewright.sandbox.integrity import Layout, Token, lay_out, preprocess
from gatewright.sandbox.integrity.structure import MAX_NESTING, definitions, nesting, tops
from gatewright.sandbox.tools.slang_modules import Module, modules

if TYPE_CHECKING:
    from pyslang.syntax import SyntaxTree

TOOL = "slang"
MAX_DIAGNOSTICS = 50


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed text: its layout, its modules, and what slang says about its syntax."""

    layout: Layout
    modules: tuple[Module, ...]
    diagnostics: tuple[Diagnostic, ...]

    def module(self, name: str) -> Module | None:
        """The module of that name."""
        return next((m for m in self.modules if m.name == name), None)


def version() -> str:
    """slang's version."""
    from importlib.metadata import version as installed

    return installed("pyslang")


def parse(tokens: Sequence[Token], files: Sequence[str], *, with_instances: bool = False) -> Parsed:
    """Parse preprocessed tokens. Never raises on bad text; what is no module is left out."""
    layout = lay_out(tokens, files)
    if nesting(tokens) > MAX_NESTING:
        place = layout.place(1)
        message = f"the text is nested more than {MAX_NESTING} deep"
        name = place.file if place else ""
        return Parsed(layout, (), (Diagnostic(Severity.ERROR, message, name, tool=TOOL),))
    from pyslang import syntax

    try:
        tree = syntax.SyntaxTree.fromText(layout.text)
        root = tree.root
        found = tuple(modules(root, with_instances=with_instances))
    except RuntimeError:
        message = "slang gives up on this text: it is nested too deeply"
        return Parsed(layout, (), (Diagnostic(Severity.ERROR, message, tool=TOOL),))
    return Parsed(layout, found, _diagnostics(tree, layout))


def parse_sources(sources: Sequence[Source]) -> Parsed:
    """Preprocess and parse sources; the preprocessor's diagnostics come first."""
    done = preprocess(sources)
    parsed = parse(done.tokens, done.files)
    return Parsed(parsed.layout, parsed.modules, (*done.diagnostics, *parsed.diagnostics))


def parse_interfaces(sources: Sequence[Source]) -> tuple[Interface, ...]:
    """Every module's name and ports, in order.

    A port whose width cannot be told (a user-defined type, an array) has width 1 and no bounds.
    """
    return tuple(module.interface for module in parse_sources(sources).modules)


def top_modules(sources: Sequence[Source]) -> tuple[str, ...]:
    """The modules that no other module instantiates, in order."""
    tokens = preprocess(sources).tokens
    return tops(tokens, definitions(tokens))


def syntax_diagnostics(sources: Sequence[Source]) -> tuple[Diagnostic, ...]:
    """What preprocessor and parser have to say; empty for text of correct syntax."""
    return parse_sources(sources).diagnostics


def _diagnostics(tree: SyntaxTree, layout: Layout) -> tuple[Diagnostic, ...]:
    raw = list(tree.diagnostics)[:MAX_DIAGNOSTICS]
    if not raw:
        return ()
    import pyslang

    manager = tree.sourceManager
    engine = pyslang.DiagnosticEngine(manager)
    found: list[Diagnostic] = []
    for item in raw:
        line = manager.getLineNumber(item.location)
        column = manager.getColumnNumber(item.location)
        place = layout.place(line, column)
        found.append(
            Diagnostic(
                Severity.ERROR if item.isError() else Severity.WARNING,
                engine.formatMessage(item),
                place.file if place else "",
                place.line if place else 0,
                place.column if place else 0,
                str(item.code).removeprefix("DiagCode(").removesuffix(")"),
                TOOL,
            )
        )
    return tuple(found)
