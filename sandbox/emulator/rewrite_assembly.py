"""Inline PTX: each statement becomes C++ in its place, or is refused by the instruction's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.sandbox.emulator.edits import Edit
from gatewright.sandbox.emulator.lexer import Kind, Token, matching
from gatewright.sandbox.emulator.ptx import SPECIAL, TYPES, Instruction, split, translated
from gatewright.sandbox.emulator.unsupported import Unsupported

_WORDS = frozenset({"asm", "__asm__", "__asm"})
_QUALIFIERS = frozenset({"volatile", "__volatile__", "goto", "inline"})
_REGISTERS = re.compile(r"\.reg\s+\.(\w+)\s+(.+)")
_PREDICATE = re.compile(r"@(!?)%?(\w+)\s+(.*)", re.DOTALL)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\n"}
_OPERAND = re.compile(
    r"%(?P<number>\d+)|(?P<special>%[a-z]\w*(?:\.[xyz])?|WARP_SZ)|0[fF](?P<float>[0-9A-Fa-f]{8})\b"
    r"|%?(?P<name>\$?[A-Za-z_]\w*)|(?P<plain>0[xX][0-9a-fA-F]+|\d+)"
)


@dataclass(frozen=True, slots=True)
class Assembly:
    """What becomes of a text's assembly: edits, and what is refused."""

    edits: tuple[Edit, ...]
    refused: tuple[Unsupported, ...]


class _Unknown(Exception):
    """An instruction, or an operand of it, that has no translation."""


def assembly_in(text: str, tokens: list[Token], name: str) -> Assembly:
    """The assembly of a text; of what is refused each instruction once."""
    edits: list[Edit] = []
    refused: dict[str, Unsupported] = {}
    for index, token in enumerate(tokens):
        if token.text not in _WORDS or token.kind is not Kind.WORD:
            continue
        opened = index + 1
        while opened < len(tokens) and tokens[opened].text in _QUALIFIERS:
            opened += 1
        closed = matching(tokens, opened) if opened < len(tokens) else None
        if closed is None or tokens[opened].text != "(" or tokens[opened + 1].kind is not Kind.TEXT:
            continue
        try:
            made = _statement(text, tokens, opened, closed)
            edits.append(Edit(token.start, tokens[closed].end, made))
        except _Unknown as error:
            line = text.count("\n", 0, token.start) + 1
            reason = f"the PTX instruction {error} is not emulated"
            refused.setdefault(str(error), Unsupported("inline PTX", reason, name, line))
    if edits:
        edits += [
            Edit(token.start, token.end, "gw_shared_address")
            for token in tokens
            if token.text == "__cvta_generic_to_shared"
        ]
    return Assembly(tuple(edits), tuple(refused.values()))


def _statement(text: str, tokens: list[Token], opened: int, closed: int) -> str:
    """The C++ of `("..." : outputs : inputs : clobbers)`."""
    sections: list[list[Token]] = [[]]
    at = opened + 1
    while at < closed:
        inner = matching(tokens, at) if tokens[at].text in ("(", "[", "{") else None
        if tokens[at].text in (":", "::"):
            sections += [[] for _ in tokens[at].text]
        else:
            sections[-1] += tokens[at : (inner or at) + 1]
        at = (inner or at) + 1
    template = "".join(_unquoted(token.text) for token in sections[0])
    operands = [operand for part in sections[1:3] for operand in _operands(text, part)]
    return " ".join(("do {", *_body(template, operands), "} while (0)"))


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        raise _Unknown("(none)")
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1])


def _operands(text: str, tokens: Sequence[Token]) -> list[str]:
    """The expressions of `"=f"(a), "l"(b)`."""
    found = []
    depth, start = 0, 0
    for token in tokens:
        if token.kind is not Kind.MARK:
            continue
        if token.text == "(":
            start = token.end if depth == 0 else start
            depth += 1
        elif token.text == ")":
            depth -= 1
            if depth == 0:
                found.append("(" + " ".join(text[start : token.start].split()) + ")")
    return found


def _body(template: str, operands: list[str]) -> list[str]:
    """The statements of a template."""
    names: dict[str, str] = {}
    made: list[str] = []
    flat = _COMMENT.sub(" ", template)
    # Brackets of a block stand alone; those of a vector are among operands.
    flat = re.sub(r"(^|;)\s*\{|\}\s*(?=$)", r"\1", flat.strip())
    for piece in re.split(r";|\n\s*\}", flat):
        line = " ".join(piece.split())
        registers = _REGISTERS.fullmatch(line)
        if registers is not None:
            made += _registers(registers[1], registers[2], names)
        elif line.strip("{} "):
            made.append(_instruction(line.strip(), operands, names))
    return made


def _registers(kind: str, listed: str, names: dict[str, str]) -> list[str]:
    if kind not in TYPES:
        raise _Unknown(f".reg .{kind}")
    made = []
    for name in listed.replace("%", "").split(","):
        one, _, count = name.strip().rstrip(">").partition("<")
        each = [f"{one}{n}" for n in range(int(count))] if count else [one]
        for register in each:
            names[register] = f"gw_{register}"
            made.append(f"{TYPES[kind]} gw_{register}{{}};")
    return made


def _instruction(line: str, operands: list[str], names: dict[str, str]) -> str:
    condition = ""
    predicate = _PREDICATE.fullmatch(line)
    if predicate is not None:
        register = names.get(predicate[2], "")
        if not register:
            raise _Unknown(line.split()[0])
        condition, line = f"if ({predicate[1]}{register}) ", predicate[3]
    name, _, rest = line.partition(" ")
    given = tuple(_operand(part, operands, names, name) for part in split(rest))
    parts = tuple(re.split(r"\.|::", name))
    made = translated(Instruction(parts, given))
    if made is None:
        raise _Unknown(name)
    return f"{condition}{{ {made} }}"


def _operand(text: str, operands: list[str], names: dict[str, str], instruction: str) -> str:
    """An operand of an instruction as C++, with its brackets."""

    def one(match: re.Match[str]) -> str:
        if match["number"] is not None and int(match["number"]) < len(operands):
            return operands[int(match["number"])]
        if match["special"] is not None and match["special"] in SPECIAL:
            return SPECIAL[match["special"]]
        if match["float"] is not None:
            return f"gw_as<float>(0x{match['float']}u)"
        word = match["name"] or (match["special"] or "").lstrip("%")
        if word in names:
            return names[word]
        if match["plain"] is not None:
            return match["plain"]
        raise _Unknown(instruction)

    return _OPERAND.sub(one, text.replace("%%", "%"))
