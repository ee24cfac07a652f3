"""How sentences begin: who does what."""

from __future__ import annotations

import re

_SUBJECT = r"(?:the|this|your) (?:module|circuit|design)"
_MODAL = r"(?:(?:should|must|shall|will) )?"
_ASK = (
    r"(?:(?:please )?|(?:i would like you|your task is) to )"
    r"(?:design|implement|build|create|write|construct|develop)"
)
_KIND = r"(?:(?:verilog|systemverilog|combinational|simple|digital|logic) )*(?:module|circuit)"
_CALLED = r"(?: (?:named|called) \w+)?"
_LIKE = r"(?:(?:behaves?|acts?|functions?|works?) (?:like|as)|implements?|includes?|contains?|has)"
# Before a noun: `The module should implement`, `Design a circuit that acts as`, nothing at all.
IS = (
    rf"(?:{_SUBJECT} {_MODAL}(?:{_LIKE}|is|be)(?: an? {_KIND} (?:that|which) {_LIKE})? "
    rf"|{_ASK}(?: an? {_KIND}{_CALLED} (?:(?:that|which) {_LIKE}|for))? )?"
)
# Before a verb: `The module should`, `Implement a circuit that`.
DOES = rf"(?:{_SUBJECT} {_MODAL}|{_ASK} an? {_KIND}{_CALLED} (?:that|which) )"
A = r"(?:an? |the )?"
_ITEM = (
    r"(?:an? )?(?:combinational |procedural |continuous )?(?:assign|always|case|if|assignment)"
    r" (?:statement|block)s?"
)
STYLE = rf"(?: (?:using|with) {_ITEM})?(?: in (?:verilog|systemverilog))?"


def whole(pattern: str) -> re.Pattern[str]:
    """The pattern of a whole sentence."""
    return re.compile(pattern, re.IGNORECASE)
