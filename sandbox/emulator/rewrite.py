"""CUDA C++ to C++ that the emulator's headers give a meaning; every line stays where it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gatewright.sandbox.emulator.edits import Edit, applied
from gatewright.sandbox.emulator.lexer import Kind, Token, tokens_of
from gatewright.sandbox.emulator.rewrite_assembly import assembly_in
from gatewright.sandbox.emulator.rewrite_launch import launch_edits
from gatewright.sandbox.emulator.rewrite_shared import shared_edits
from gatewright.sandbox.emulator.unsupported import Unsupported, unsupported_in

_PREAMBLE = Path(__file__).parent / "preamble" / "ptx.h"
_SPECIFIERS = frozenset(
    {
        "static",
        "extern",
        "inline",
        "__inline__",
        "__inline",
        "__forceinline__",
        "__noinline__",
        "__device__",
        "__host__",
        "__global__",
        "__constant__",
        "constexpr",
        "const",
        "volatile",
    }
)
# What `gatewright/more.h` includes, by the names that are met.
_MORE = frozenset(
    (
        *("bind", "cerr", "chrono", "clog", "condition_variable", "cout"),
        *("deque", "endl", "fixed", "function", "greater", "hash"),
        *("hex", "istringstream", "left", "less", "list", "lock_guard"),
        *("map", "mt19937", "multimap", "mutex", "ostream", "ostringstream"),
        *("priority_queue", "queue", "right", "set", "setfill", "setprecision"),
        *("setw", "stack", "stringstream", "this_thread", "thread", "unique_lock"),
        *("unordered_map", "unordered_set"),
    )
)
_INLINE = frozenset({"inline", "__inline__", "__inline"})


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The C++ text, and what in it the emulator cannot run.

    `wants_more`: it names things of the standard library that are not precompiled. `before` has to
    stand before the text.
    """

    text: str
    unsupported: tuple[Unsupported, ...]
    wants_more: bool = False
    before: str = ""


def rewrite(text: str, name: str) -> Rewritten:
    """Rewrite one CUDA source; `name` is its file's name, for messages."""
    tokens = tokens_of(text)
    assembly = assembly_in(text, tokens, name)
    edits = [
        *launch_edits(text, tokens),
        *shared_edits(text, tokens),
        *_specifier_edits(tokens),
        *assembly.edits,
    ]
    found = (*unsupported_in(text, tokens, name), *assembly.refused)
    before = _PREAMBLE.read_text() if assembly.edits else ""
    return Rewritten(applied(text, edits), found, _wants_more(tokens), before)


def _wants_more(tokens: list[Token]) -> bool:
    """Whether a name of the standard library's seldom used part stands for itself."""
    words = [token.text for token in tokens]
    bare = any(words[at : at + 3] == ["using", "namespace", "std"] for at in range(len(words)))
    return any(
        word in _MORE and (bare or words[max(0, at - 1)] == "::") for at, word in enumerate(words)
    )


def _specifier_edits(tokens: list[Token]) -> list[Edit]:
    """Specifiers that are no macros, because C++ has one of the same meaning but lets no two."""
    edits = []
    for index, token in enumerate(tokens):
        if token.kind is not Kind.WORD:
            continue
        around = _specifiers_around(tokens, index)
        if token.text == "__constant__":
            known = "static" in around or "extern" in around
            edits.append(Edit(token.start, token.end, "" if known else "static"))
        elif token.text == "__forceinline__":
            # Of two in one declaration the first stays.
            known = bool(_INLINE & set(around)) or "__forceinline__" in _before(tokens, index)
            edits.append(Edit(token.start, token.end, "" if known else "inline"))
        elif token.text == "__noinline__" and (index == 0 or tokens[index - 1].text != "("):
            edits.append(Edit(token.start, token.end, "__attribute__((noinline))"))
    return edits


def _before(tokens: list[Token], index: int) -> list[str]:
    first = index
    while first > 0 and tokens[first - 1].text in _SPECIFIERS:
        first -= 1
    return [token.text for token in tokens[first:index]]


def _specifiers_around(tokens: list[Token], index: int) -> list[str]:
    last = index
    while last + 1 < len(tokens) and tokens[last + 1].text in _SPECIFIERS:
        last += 1
    return _before(tokens, index) + [token.text for token in tokens[index + 1 : last + 1]]
