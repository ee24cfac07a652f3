"""Inline PTX: `asm("...", ...)` becomes a call of the emulator's PTX interpreter."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.sandbox.emulator.edits import Edit
from gatewright.sandbox.emulator.lexer import Token
from gatewright.sandbox.emulator.unsupported import Unsupported

_WORDS = frozenset({"asm", "__asm__", "__asm"})


@dataclass(frozen=True, slots=True)
class Assembly:
    """The edits of a text's assembly, and what of it cannot be run."""

    edits: tuple[Edit, ...]
    unsupported: tuple[Unsupported, ...]


def assembly_edits(text: str, tokens: list[Token], name: str) -> Assembly:
    """Find every inline assembly."""
    found = [token for token in tokens if token.text in _WORDS]
    return Assembly(
        (),
        tuple(
            Unsupported(
                "inline PTX",
                "assembly is not interpreted",
                name,
                text.count("\n", 0, token.start) + 1,
            )
            for token in found[:1]
        ),
    )
