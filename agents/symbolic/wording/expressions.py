"""Expressions in words: `the NAND of a, b and c`, `a and not b`, `the inverse of x`."""

from __future__ import annotations

import re

from gatewright.agents.symbolic.circuit import Bitwise, Inverse, Joined, Part, Reduced, Word
from gatewright.agents.symbolic.wording.leads import whole
from gatewright.agents.symbolic.wording.terms import COUNT, LISTED, NAMED, Terms, count_of

_NAMES = {"exclusive-or": "xor", "exclusive or": "xor", "exclusive-nor": "xnor"}
_NAMES |= {"exclusive nor": "xnor"}
GATE = rf"(?:n?and|n?or|xn?or|{'|'.join(_NAMES)})"
_OPERATORS = {"and": "&", "or": "|", "xor": "^"}
_OF = whole(
    rf"(?:the |an? )?(?:bitwise[- ]|(?P<logical>logical ))?(?P<gate>{GATE})(?: gate)? of"
    rf" (?:both |all (?:of )?)?(?P<list>{LISTED})"
)
_GATE = whole(
    rf"(?:the )?output of an? (?:(?P<count>{COUNT})-input )?(?P<gate>{GATE}) gate"
    rf"(?:,? (?:with inputs|of|with the inputs|(?:fed|driven) by|whose inputs are)"
    rf" (?P<list>{LISTED}))?"
)
_ALL = whole(
    rf"(?:the )?(?:reduction )?(?P<gate>{GATE}) (?:of|over) all"
    rf" (?:the )?(?:(?P<count>{COUNT}) )?bits (?:of|in) (?P<vector>{NAMED})"
)
_NOT = whole(
    r"(?:the )?(?P<bitwise>bitwise )?(?:inverse|complement|negation|inversion|not)"
    rf" (?:of )?(?P<of>{NAMED})"
    rf"|(?:the )?(?:inverted|complemented|negated) (?P<it>{NAMED})|not (?P<word>{NAMED})"
)
_JOIN = whole(rf"(?:the )?concatenation of (?P<list>{LISTED}),? in (?:that|this) order")
_INFIX = re.compile(rf" (?:bitwise[- ])?({GATE}) ", re.IGNORECASE)


def gate(name: str, operands: tuple[Word, ...]) -> Word | None:
    """The gate over its operands; None where it is not settled what that means.

    XNOR of three or more is read in two ways by engineers; so it is not read.
    """
    name = _NAMES.get(name.lower(), name.lower())
    inverted = name in ("nand", "nor", "xnor")
    if len(operands) < 2 or (name == "xnor" and len(operands) > 2):
        return None
    if len({operand.width for operand in operands}) != 1:
        return None
    plain = {"nand": "and", "nor": "or", "xnor": "xor"}.get(name, name)
    word = Bitwise(_OPERATORS[plain], operands)
    return Inverse(word) if inverted else word


def reduced(name: str, vector: Part) -> Word | None:
    """The gate over all bits of a vector."""
    name = _NAMES.get(name.lower(), name.lower())
    if vector.width < 2 or (name == "xnor" and vector.width > 2):
        return None
    plain = {"nand": "and", "nor": "or", "xnor": "xor"}.get(name, name)
    word = Reduced(_OPERATORS[plain], vector)
    return word if plain == name else Inverse(word)


def over_inputs(name: str, count: int | None, terms: Terms) -> Word | None:
    """The gate over all inputs, or over all bits of the only one; `count` is how many it has."""
    inputs = terms.inputs
    if len(inputs) == 1 and inputs[0].width > 1:
        return reduced(name, inputs[0]) if count == inputs[0].width else None
    if any(part.width > 1 for part in inputs) or (len(inputs) > 2 and count is None):
        return None
    return gate(name, inputs) if count in (None, len(inputs)) else None


def expression(text: str, terms: Terms) -> Word | None:
    """What the words stand for, None where they are not understood."""
    if (match := _NOT.fullmatch(text)) is not None:
        operand = _operand(match["of"] or match["it"] or match["word"], terms)
        # The negation or inverse of a number is another thing than that of its bits.
        numeric = match["of"] and not match["bitwise"] and operand and operand.width > 1
        return Inverse(operand) if operand and not numeric else None
    if (match := _ALL.fullmatch(text)) is not None:
        vector = terms.part(match["vector"])
        counted = vector and match["count"] and count_of(match["count"]) != vector.width
        return None if vector is None or counted else reduced(match["gate"], vector)
    if (match := _GATE.fullmatch(text)) is not None:
        count = count_of(match["count"])
        if match["list"] is None:
            return over_inputs(match["gate"], count, terms)
        parts = terms.listed(match["list"])
        fits = parts and count in (None, len(parts)) and all(part.width == 1 for part in parts)
        return gate(match["gate"], parts) if parts and fits else None
    if (match := _OF.fullmatch(text)) is not None:
        parts = terms.listed(match["list"]) or ()
        if match["logical"] and any(part.width > 1 for part in parts):
            return None
        return gate(match["gate"], parts)
    if (match := _JOIN.fullmatch(text)) is not None:
        parts = terms.listed(match["list"])
        return Joined(parts) if parts and len(parts) > 1 else None
    return _chain(text, terms)


def _operand(text: str, terms: Terms) -> Part | None:
    part = terms.part(text)
    return part if part and any(part.port == given.port for given in terms.inputs) else None


def _chain(text: str, terms: Terms) -> Word | None:
    """`a xor b`, `a and not b and c`: one operator, for two would need parentheses."""
    pieces = _INFIX.split(re.sub(r"\b(and|or)-not ", r"\1 not ", text, flags=re.IGNORECASE))
    operators = {name.lower() for name in pieces[1::2]}
    if len(operators) != 1:
        return None
    operator = operators.pop()
    if len(pieces) > 3 and _NAMES.get(operator, operator) in ("nand", "nor", "xnor"):
        return None
    operands: list[Word] = []
    for piece in pieces[::2]:
        match = re.fullmatch(r"(not )?(.+)", piece, re.IGNORECASE)
        part = _operand(match[2], terms) if match else None
        if match is None or part is None:
            return None
        operands.append(Inverse(part) if match[1] else part)
    if isinstance(operands[0], Inverse) and any(isinstance(o, Part) for o in operands):
        return None  # `not a and b`: of both, or of a alone?
    return gate(operator, tuple(operands))
