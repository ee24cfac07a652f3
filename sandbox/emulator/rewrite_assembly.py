"""Inline PTX: found, and refused by the name of its instruction."""

from __future__ import annotations

import re

from gatewright.sandbox.emulator.lexer import Kind, Token
from gatewright.sandbox.emulator.unsupported import Unsupported

_WORDS = frozenset({"asm", "__asm__", "__asm"})
_QUALIFIERS = frozenset({"volatile", "__volatile__", "goto", "inline"})
_INSTRUCTION = re.compile(r"[a-z][a-z0-9]*(?:\.[a-z0-9_:]+)+|[a-z][a-z0-9]+")
_SKIPPED = re.compile(r"\.reg[^;]*;|\\[nt]|[{}]|@!?%?\w+")


def assembly_in(text: str, tokens: list[Token], name: str) -> tuple[Unsupported, ...]:
    """The assembly of a text: one entry for each instruction that is the first of a piece."""
    found: dict[str, Unsupported] = {}
    for index, token in enumerate(tokens):
        if token.text not in _WORDS or token.kind is not Kind.WORD:
            continue
        instruction = _first_instruction(tokens, index)
        if instruction is None or instruction in found:
            continue
        line = text.count("\n", 0, token.start) + 1
        reason = f"the PTX instruction {instruction or '(none)'} is not emulated"
        found[instruction] = Unsupported("inline PTX", reason, name, line)
    return tuple(found.values())


def _first_instruction(tokens: list[Token], index: int) -> str | None:
    """Of `asm volatile("...")` the first instruction; None where it is no such statement."""
    at = index + 1
    while at < len(tokens) and tokens[at].text in _QUALIFIERS:
        at += 1
    if at + 1 >= len(tokens) or tokens[at].text != "(" or tokens[at + 1].kind is not Kind.TEXT:
        return None
    match = _INSTRUCTION.search(_SKIPPED.sub(" ", tokens[at + 1].text))
    return match[0] if match else ""
