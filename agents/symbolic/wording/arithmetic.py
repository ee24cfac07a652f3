"""Sentences about adders, counts of ones, reversal, extension and parity."""

from __future__ import annotations

import re

from gatewright.agents.symbolic.circuit import (
    Bitwise,
    Inverse,
    Joined,
    Number,
    Part,
    Reduced,
    Sum,
    Word,
)
from gatewright.agents.symbolic.wording.leads import DOES, IS, STYLE, A, whole
from gatewright.agents.symbolic.wording.statements import CarryKept, Drives, Remark, Said, WiderSum
from gatewright.agents.symbolic.wording.terms import COUNT, NAMED, Terms, count_of

_SUMS = ("sum", "s")
_CARRIES = ("cout", "carry", "carry_out", "c_out", "co", "carryout", "c")
_CARRY_INS = ("cin", "carry_in", "c_in", "ci", "carryin")
_ONES = (
    r"counts? (?:the )?number of (?:ones|1s|1's|'1's|set bits|bits that are (?:1|set|high)|1 bits)"
    r" in (?:(?:the|an) input(?: vector)?|the vector"
)
_SMALL = whole(rf"{IS}{A}(?:one-bit |1-bit )?(?P<kind>half|full)[- ]adder{STYLE}")
_ADDER = whole(
    rf"{IS}{A}(?P<width>{COUNT})-bit (?:ripple[- ]carry |binary |unsigned )*adder"
    rf"(?: (?:with|using|from|built from|made of) (?:(?P<cells>{COUNT}) )?full[- ]adders)?{STYLE}"
)
_KEPT = whole(
    rf"(?:the )?(?:output )?(?P<out>{NAMED}) (?:should |must |shall )?includes? the"
    r" (?:overflow|carry)(?:[- ]out)?(?: bit)?"
)
_COUNTS = whole(
    rf"{IS}{A}population[- ]count(?:er)?(?: (?:circuit|function))?"
    rf"(?: (?:for|of) an? (?P<width>{COUNT})-bit (?:input )?(?:vector|number|word))?"
    rf"(?: (?:that|which) {_ONES}|(?P<vector>{NAMED})))?{STYLE}"
    rf"|{DOES}{_ONES}|(?P<plain>{NAMED})){STYLE}"
)
_MEANS = whole(rf"an? population[- ]count(?:er)?(?: (?:circuit|function))? {_ONES})")
_SIDE = r"(?:(?:the |an? )?(?P<width>\d+)-bit (?:input |)?(?:vector|number|word|input)|{named})"
_WRITES = (
    rf"(?:,? and (?:writes?|outputs?|puts?|drives?|assigns?) (?:(?:it|the result) )?(?:to|on)"
    rf" (?P<out>{NAMED}))?"
)
_REVERSES = whole(
    rf"{DOES}reverses? the (?P<unit>bit|byte)(?:s| order(?:ing)?)? of"
    rf" {_SIDE.format(named=f'(?P<in>{NAMED})')}{_WRITES}{STYLE}"
)
_EXTENDS = whole(
    rf"{DOES}(?P<kind>sign|zero)-extends?"
    r" (?:(?:the |an? )?(?P<width>\d+)-bit (?:number|value|input)"
    rf"|(?P<in>{NAMED})) (?:to|into) (?P<wide>\d+) bits{STYLE}"
)
_PARITY = whole(
    rf"(?P<out>{NAMED}) (?:is|should be|must be) the (?P<kind>even|odd) parity bit"
    rf" (?:of|for) (?P<in>{NAMED})"
)


def read(clause: str, terms: Terms) -> Said | None:
    """What the clause says, None where it is none of these sentences."""
    if (match := _SMALL.fullmatch(clause)) is not None:
        return _small(match["kind"].lower() == "full", terms)
    if (match := _ADDER.fullmatch(clause)) is not None:
        return _adder(count_of(match["width"]), count_of(match["cells"]), terms)
    if (match := _KEPT.fullmatch(clause)) is not None:
        return (CarryKept(),) if terms.output(match["out"]) else None
    if (match := _MEANS.fullmatch(clause)) is not None:
        return (Remark(),)
    if (match := _COUNTS.fullmatch(clause)) is not None:
        named = match["vector"] or match["plain"]
        source = terms.part(named) if named else _only(terms.inputs)
        return _ones(count_of(match["width"]), source, terms)
    if (match := _REVERSES.fullmatch(clause)) is not None:
        source = terms.part(match["in"]) if match["in"] else _only(terms.inputs)
        output = terms.output(match["out"]) if match["out"] else _only(terms.outputs)
        step = 8 if match["unit"].lower() == "byte" else 1
        return _reversed(source, output, step, count_of(match["width"]), terms)
    if (match := _EXTENDS.fullmatch(clause)) is not None:
        source = terms.part(match["in"]) if match["in"] else _only(terms.inputs)
        signed = match["kind"].lower() == "sign"
        return _extended(source, int(match["wide"]), signed, count_of(match["width"]), terms)
    if (match := _PARITY.fullmatch(clause)) is not None:
        source, output = terms.part(match["in"]), terms.output(match["out"])
        if source is None or output is None or source.width < 2 or source in terms.outputs:
            return None
        word: Word = Reduced("^", source)
        return _drives(output, word if match["kind"].lower() == "even" else Inverse(word))
    return None


def _only(parts: tuple[Part, ...]) -> Part | None:
    return parts[0] if len(parts) == 1 else None


def _drives(output: Part | None, word: Word) -> Said | None:
    return (Drives(output, word),) if output and output.width == word.width else None


def _by_name(parts: tuple[Part, ...], names: tuple[str, ...]) -> Part | None:
    return _only(tuple(part for part in parts if part.port.lower() in names))


def _small(full: bool, terms: Terms) -> Said | None:
    """A half adder's or full adder's sum and carry; which output is which, their names must say."""
    inputs = terms.inputs
    if len(inputs) != 2 + full or len(terms.outputs) != 2 or any(p.width > 1 for p in inputs):
        return None
    total, carry = _by_name(terms.outputs, _SUMS), _by_name(terms.outputs, _CARRIES)
    if total is None or carry is None or total.width > 1 or carry.width > 1:
        return None
    pairs = [(0, 1), (0, 2), (1, 2)] if full else [(0, 1)]
    products = tuple(Bitwise("&", (inputs[i], inputs[j])) for i, j in pairs)
    both = Bitwise("|", products) if full else products[0]
    return (Drives(total, Bitwise("^", inputs)), Drives(carry, both))


def _adder(width: int | None, cells: int | None, terms: Terms) -> Said | None:
    """A sum of two vectors, and perhaps a carry in, on an output that may be one bit wider."""
    inputs, output = terms.inputs, _only(terms.outputs)
    if output is None or re.match(r"(?:diff|sub)", output.port, re.IGNORECASE):
        return None
    carries = tuple(p for p in inputs if p.port.lower() in _CARRY_INS and p.width == 1)
    added = tuple(part for part in inputs if part not in carries)
    if width is None or cells not in (None, width) or len(carries) > 1:
        return None
    if [part.width for part in added] != [width, width] or output.width - width not in (0, 1):
        return None
    word = Sum((*added, *carries), output.width)
    return (Drives(output, word), *(() if output.width == width else (WiderSum(),)))


def _ones(width: int | None, source: Part | None, terms: Terms) -> Said | None:
    output = _only(terms.outputs)
    if source is None or output is None or source in terms.outputs:
        return None
    if width not in (None, source.width) or not 1 < source.width < 1 << output.width:
        return None
    bits = tuple(Part(source.port, i, i, False) for i in range(source.low, source.high + 1))
    return (Drives(output, Sum(bits, output.width)),)


def _reversed(
    source: Part | None, output: Part | None, step: int, width: int | None, terms: Terms
) -> Said | None:
    if source is None or output is None or source in terms.outputs:
        return None
    if width not in (None, source.width) or source.width % step or source.width <= step:
        return None
    parts = tuple(
        Part(source.port, source.low + at + step - 1, source.low + at, False)
        for at in range(0, source.width, step)
    )
    return _drives(output, Joined(parts))


def _extended(
    source: Part | None, wide: int, signed: bool, width: int | None, terms: Terms
) -> Said | None:
    output = _only(terms.outputs)
    if source is None or output is None or source in terms.outputs or source.width >= wide:
        return None
    if width not in (None, source.width):
        return None
    extra = wide - source.width
    sign = Part(source.port, source.high, source.high, source.width == 1)
    padding: tuple[Word, ...] = (sign,) * extra if signed else (Number(0, extra),)
    return _drives(output, Joined((*padding, source)))
