"""Conditions in words: `a = b`, `both a and b are high`, `sel is 2`."""

from __future__ import annotations

import re

from gatewright.agents.symbolic.circuit import Bitwise, Equal, Inverse, Number, Part, Word
from gatewright.agents.symbolic.wording.leads import whole
from gatewright.agents.symbolic.wording.terms import LISTED, NAMED, VALUE, Terms, number_of

EQUALS = r"(?: ?={1,2} ?| is equal to | equals | is | are )"
_EQUAL = whole(rf"(?P<left>{NAMED}){EQUALS}(?P<right>{VALUE}|{NAMED})")
_SAME = whole(
    rf"(?P<left>{NAMED}) and (?P<right>{NAMED}) are (?P<kind>(?:both )?equal|the same|different)"
)
_BOTH = whole(
    rf"(?P<kind>both|all of|either of) (?P<list>{LISTED})"
    rf" (?:are|is)(?: asserted| (?P<value>{VALUE}))"
)
_FLAG = whole(rf"(?P<name>{NAMED}) is (?P<kind>asserted|set|deasserted|de-asserted)")
_DIFFERS = whole(rf"(?P<left>{NAMED}) (?:is not equal to|differs from|!=) (?P<right>{NAMED})")


def condition(text: str, terms: Terms) -> Word | None:
    """A one-bit word, None where the text is no condition that is understood."""
    single = _single(text, terms)
    if single is not None:
        return single
    for operator, word in (("&", "and"), ("|", "or")):
        pieces = re.split(rf",? {word} ", text)
        parts = [_single(piece, terms) for piece in pieces]
        if len(parts) > 1 and all(part is not None for part in parts):
            return Bitwise(operator, tuple(part for part in parts if part is not None))
    return None


def _given(text: str, terms: Terms) -> Part | None:
    part = terms.part(text)
    return part if part and any(part.port == given.port for given in terms.inputs) else None


def compared(part: Part, text: str) -> Word | None:
    """The part is equal to the value; None where that is no value of its width."""
    number = number_of(text, part.width)
    if number is None:
        return None
    if part.width == 1:
        return part if number else Inverse(part)
    return Equal(part, Number(number, part.width))


def _single(text: str, terms: Terms) -> Word | None:
    if (match := _SAME.fullmatch(text)) is not None:
        return _equal(match["left"], match["right"], match["kind"].lower() != "different", terms)
    if (match := _DIFFERS.fullmatch(text)) is not None:
        return _equal(match["left"], match["right"], False, terms)
    if (match := _BOTH.fullmatch(text)) is not None:
        return _both(match["kind"].lower(), match["list"], match["value"] or "1", terms)
    if (match := _FLAG.fullmatch(text)) is not None:
        part = _given(match["name"], terms)
        if part is None or part.width > 1:
            return None
        return Inverse(part) if match["kind"].lower().startswith("de") else part
    match = _EQUAL.fullmatch(text)
    left = _given(match["left"], terms) if match else None
    if match is None or left is None:
        return None
    if (number := compared(left, match["right"])) is not None:
        return number
    return _equal(match["left"], match["right"], True, terms)


def _equal(left: str, right: str, same: bool, terms: Terms) -> Word | None:
    a, b = _given(left, terms), _given(right, terms)
    if a is None or b is None or a.width != b.width:
        return None
    return Equal(a, b) if same else Inverse(Equal(a, b))


def _both(kind: str, names: str, value: str, terms: Terms) -> Word | None:
    parts = terms.listed(names)
    if not parts or len(parts) < 2 or (kind == "both" and len(parts) != 2):
        return None
    if any(part in terms.outputs for part in parts):
        return None
    words = [compared(part, value) for part in parts]
    if any(word is None for word in words):
        return None
    operator = "|" if kind == "either of" else "&"
    return Bitwise(operator, tuple(word for word in words if word is not None))
