"""Cells of tables as numbers: binary digits, Verilog literals, decimal and hexadecimal columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.ir import Value

DONT_CARES = frozenset("xXdD-?*")
_LITERAL = re.compile(r"(\d+)?'[sS]?([bBdDhHoO])([0-9a-fA-FxXzZ?_]+)")
_RADIX = {"b": 2, "o": 8, "d": 10, "h": 16}


def literal(text: str, width: int) -> int | None:
    """A sized or based Verilog literal without unknown digits, or None."""
    match = _LITERAL.fullmatch(text.strip())
    if not match:
        return None
    digits = match[3].replace("_", "")
    if not re.fullmatch(r"[0-9a-fA-F]+", digits):
        return None
    try:
        number = int(digits, _RADIX[match[2].lower()])
    except ValueError:
        return None
    if match[1] and int(match[1]) != width:
        return None
    return number if number < 1 << width else None


def cube(text: str, width: int) -> Value | None:
    """Exactly `width` binary digits, some perhaps don't-cares (`x d - ? *`), or None."""
    text = text.strip()
    match = _LITERAL.fullmatch(text)
    if match and match[2].lower() == "b" and (not match[1] or int(match[1]) == width):
        text = match[3].replace("_", "")
    if len(text) != width or any(c not in "01" and c not in DONT_CARES for c in text):
        return None
    known = int("".join("1" if c in "01" else "0" for c in text), 2)
    return Value(int("".join(c if c == "1" else "0" for c in text), 2), known)


def spread(value: Value, width: int) -> list[int]:
    """All numbers a cube stands for."""
    free = [bit for bit in range(width) if not value.known >> bit & 1]
    numbers = [value.bits]
    for bit in free:
        numbers += [number | 1 << bit for number in numbers]
    return sorted(numbers)


def column(
    texts: Sequence[str], width: int, radix: int | None = None, *, trace: bool = False
) -> list[Value]:
    """A whole column read in the one radix that fits it.

    Every cell is a cube of the port's width, or every cell is a literal, a decimal or a
    hexadecimal number; unknown cells (`x`, `-`, …) have no known bit. Raises Abstain where no
    radix fits or two fit and disagree; `radix` is the one that the text names, if it does.
    In a trace a lone `d` is a digit; in a table it is a don't-care, and ambiguous from 4 bits on.
    """
    everything = (1 << width) - 1
    cubes = [cube(text, width) for text in texts]
    unknown = [
        bool(re.fullmatch(r"[xXzZ?*-]+", t.strip())) or (not trace and t.strip() in ("d", "D"))
        for t in texts
    ]
    if not trace and width > 3 and any(t.strip() in ("d", "D") for t in texts):
        raise Abstain("a lone d could be a hexadecimal digit or a don't-care")
    if all(c is not None or u for c, u in zip(cubes, unknown, strict=True)):
        return [c if c is not None else Value(0, 0) for c in cubes]
    bare = [t.strip() for t, gone in zip(texts, unknown, strict=True) if not gone]
    if not radix and all(re.fullmatch("[01]+", t) for t in bare) and any(len(t) > 1 for t in bare):
        raise Abstain("a column could be binary or decimal, and they differ")
    readings: list[list[int | None]] = []
    for base in (radix,) if radix else (10, 16):
        numbers = [
            None if gone else _number(text, width, base)
            for text, gone in zip(texts, unknown, strict=True)
        ]
        if all(gone or n is not None for n, gone in zip(numbers, unknown, strict=True)):
            readings.append(numbers)
    if not readings:
        raise Abstain(f"a column of a {width}-bit port holds values in no single notation")
    if any(reading != readings[0] for reading in readings):
        raise Abstain("a column could be decimal or hexadecimal, and they differ")
    return [Value(0, 0) if n is None else Value(n, everything) for n in readings[0]]


def _number(text: str, width: int, radix: int) -> int | None:
    text = text.strip()
    exact = literal(text, width)
    if exact is not None:
        return exact
    if text.lower().startswith("0x"):
        text, radix = text[2:], 16
    if not re.fullmatch(r"\d+" if radix == 10 else r"[0-9a-fA-F]+", text):
        return None
    number = int(text, radix)
    return number if number < 1 << width else None
