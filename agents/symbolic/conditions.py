"""Transition labels as conditions on one-bit inputs.

Takes `x=0`, `a=1, b=0`, `x`, `~x`, `a & !b`, `a=1 or b=1`, bare bits (`0`, `01`, `1-`, several
separated by commas), and words for "always" and "else".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.ir import Literal, Signal
from gatewright.agents.symbolic.signals import Names, bits_of
from gatewright.agents.symbolic.values import cube, literal

Condition = tuple[tuple[Literal, ...], ...]
_ALWAYS = re.compile(
    r"^(?:\(?\s*(?:always|unconditional(?:ly)?|any(?:\s+input)?|(?:any|next)\s+(?:clock|cycle)|\*)"
    r"(?:\s+(?:go(?:es)?|moves?|advances?)\s+to\s+(?:the\s+)?next\s+(?:cycle|clock|state))?\s*\)?"
    r"|\*)$",
    re.IGNORECASE,
)
_ELSE = re.compile(r"^\(?\s*(?:else|otherwise|default|others?)\s*\)?$", re.IGNORECASE)
_COMPARED = re.compile(
    r"^(?P<name>.+?)\s*(?:==?|\bis\b|\bequals\b)\s*(?P<value>[0-9]+'[bhdBHD]\w+|[01xX-]+|\d+|high|low)$",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"^(?:[~!]\s*|not\s+)(?P<before>.+)$|^(?P<after>.+)'$", re.IGNORECASE)


def is_else(text: str) -> bool:
    """The label stands for all inputs that no other label of the state covers."""
    return bool(_ELSE.match(text.strip()))


def parse(text: str, inputs: Sequence[Signal], names: Names) -> Condition:
    """A disjunction of conjunctions. `inputs` is the order in which bare bits are read.

    Raises Abstain where the label is not understood.
    """
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and "(" not in text[1:]:
        text = text[1:-1].strip()
    text = re.sub(r"^(?:if|when|on|for|input)\s+(?=\S)", "", text, flags=re.IGNORECASE)
    if not text or _ALWAYS.match(text):
        return ((),)
    bare = None if names.resolve(text) else _bare(text, inputs)
    if bare is not None:
        return bare
    cubes: list[tuple[Literal, ...]] = []
    for part in re.split(r"\s*\|\|?\s*|\s+or\s+", text, flags=re.IGNORECASE):
        choices = [
            _literals(piece.strip().strip("()"), names)
            for piece in re.split(r"\s*(?:,|;|&&?|\band\b)\s*", part, flags=re.IGNORECASE)
            if piece.strip()
        ]
        cubes.append(_conjunction([lit for choice in choices for lit in choice], text))
    return tuple(cubes)


def _bare(text: str, inputs: Sequence[Signal]) -> Condition | None:
    """Labels made of bits only, in the order of the machine's inputs."""
    pieces = [p for p in re.split(r"\s*(?:,|/|\||\bor\b)\s*|\s+", text) if p]
    if not pieces or not all(re.fullmatch(r"[01xX*-]+", piece) for piece in pieces):
        return None
    width = len(inputs)
    if width and len(pieces) == width > 1 and all(len(piece) == 1 for piece in pieces):
        pieces = ["".join(pieces)]
    cubes: list[tuple[Literal, ...]] = []
    for piece in pieces:
        if len(piece) != width:
            raise Abstain(f"the label {text!r} does not have one bit for each input")
        pairs = zip(inputs, piece, strict=True)
        cubes.append(tuple(Literal(s, int(c)) for s, c in pairs if c in "01"))
    return tuple(cubes)


def _literals(text: str, names: Names) -> list[Literal]:
    match = _COMPARED.match(text)
    if match:
        return _compared(match["name"].strip(), match["value"], names)
    negated = _NEGATED.match(text)
    if negated:
        return [Literal(_bit(negated["before"] or negated["after"], names), 0)]
    return [Literal(_bit(text, names), 1)]


def _compared(name: str, value: str, names: Names) -> list[Literal]:
    value = {"high": "1", "low": "0"}.get(value.lower(), value)
    signal = names.resolve(name)
    if signal is None:
        group = names.group(name)
        if not group or len(group) != len(value):
            raise Abstain(f"{name!r} in a transition's label is no input")
        return [
            Literal(_bit(n, names), int(c)) for n, c in zip(group, value, strict=True) if c in "01"
        ]
    port = names.interface.port(signal.port)
    bits = bits_of(port) if port and signal.index is None else (signal,)
    number = literal(value, len(bits))
    if number is None and re.fullmatch(r"\d|\d*[2-9]\d*", value) and len(value) != len(bits):
        number = int(value) if int(value) < 1 << len(bits) else None
    got = cube(value if number is None else f"{number:0{len(bits)}b}", len(bits))
    if got is None or not names.is_input(signal):
        raise Abstain(f"{name}={value} in a transition's label is not understood")
    top = len(bits) - 1
    return [
        Literal(bit, got.bits >> (top - i) & 1)
        for i, bit in enumerate(bits)
        if got.known >> (top - i) & 1
    ]


def _bit(name: str, names: Names) -> Signal:
    signal = names.resolve(name.strip())
    if signal is None or signal.width != 1 or not names.is_input(signal):
        raise Abstain(f"{name!r} in a transition's label is no one-bit input")
    port = names.interface.port(signal.port)
    bits = bits_of(port) if port else ()
    return bits[0] if signal.index is None and bits else signal


def _conjunction(literals: Sequence[Literal], text: str) -> tuple[Literal, ...]:
    values: dict[Signal, int] = {}
    for lit in literals:
        if values.setdefault(lit.signal, lit.value) != lit.value:
            raise Abstain(f"the label {text!r} contradicts itself")
    return tuple(Literal(signal, value) for signal, value in values.items())


def holds(condition: Sequence[Literal], inputs: Sequence[Signal], key: int) -> bool:
    """The conjunction holds for the inputs' values in `key` (the first input is the top bit)."""
    top = len(inputs) - 1
    at = {signal: key >> (top - i) & 1 for i, signal in enumerate(inputs)}
    return all(at[lit.signal] == lit.value for lit in condition)


def every_key(inputs: Sequence[Signal]) -> range:
    """All input combinations."""
    return range(1 << len(inputs))
