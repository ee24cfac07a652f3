"""Sentences about wires, constants and single gates."""

from __future__ import annotations

import re

from gatewright.agents.symbolic.circuit import Inverse, Number, Part, Word
from gatewright.agents.symbolic.wording.expressions import GATE, expression, over_inputs
from gatewright.agents.symbolic.wording.leads import DOES, IS, STYLE, A, whole
from gatewright.agents.symbolic.wording.statements import Drives, Said
from gatewright.agents.symbolic.wording.terms import (
    COUNT,
    LISTED,
    NAMED,
    VALUE,
    Terms,
    count_of,
    inverted,
    number_of,
    steering,
)

_CARRIES = (
    r"(?: (?:(?:is|equals|should be|must be|shall be|will be|should equal)(?: equal to)?|=)|:)"
)
_SAME = (
    r"(?:(?:should |must |shall |will )?(?:always )?(?:equals?|follows?)"
    r"|(?:is|should be|must be|shall be)"
    r" (?:(?:directly )?connected (?:directly )?to|(?:directly )?driven by|(?:always )?equal to"
    r"|(?:always )?the same as|a copy of|assigned(?: to)?))"
)
_GATE = whole(
    rf"{IS}{A}(?:single )?(?:(?P<count>{COUNT})-input )?(?P<gate>{GATE}) (?:logic )?gate"
    rf"(?:,? (?:with|of|whose inputs are) (?:the )?(?:inputs )?(?P<list>{LISTED}))?"
    rf"(?:,? (?:and|with|whose) (?:the )?output (?:is )?(?P<out>{NAMED}))?{STYLE}"
)
_NOT = whole(rf"{IS}{A}(?:single )?(?:not gate|(?:logic )?inverter){STYLE}")
_WIRE = whole(rf"{IS}{A}(?:simple |single |plain )?(?:wire|(?:non-inverting )?buffer){STYLE}")
_PAIRS = whole(
    rf"(?:{IS}{A}wires? (?:that|which) makes? (?:these|the following) connections:? )?"
    rf"(?P<pairs>{NAMED} ?-> ?{NAMED}(?:,? {NAMED} ?-> ?{NAMED})*)"
)
_WIRES = whole(rf"{IS}{A}wires? (?:that|which) makes? (?:these|the following) connections")
_COPY = whole(rf"(?P<out>{NAMED}) {_SAME} (?P<in>{NAMED})")
_ASSIGN = whole(
    rf"(?:{DOES})?(?:assigns?|connects?|drives?) (?P<out>{NAMED}) (?:to|with|from)"
    rf" (?:the same value as )?(?P<in>{NAMED})"
)
_CONNECT = whole(rf"(?:{DOES})?connects? (?P<in>{NAMED}) to (?P<out>{NAMED})")
_CONSTANT = whole(
    rf"{DOES}(?:(?:always|constantly) (?:outputs?|drives?|produces?)|(?:outputs?|drives?|produces?)"
    rf" (?:always|a constant)) (?P<value>{VALUE})(?:,? \(?or (?P<again>{VALUE})\)?)?"
    rf"|(?P<out>{NAMED}) (?:is|should be|must be|shall be) (?:always|constantly|permanently|tied to"
    rf"|constant|tied|connected to)(?: at)? (?P<to>{VALUE})"
)
_IS = whole(rf"(?P<out>{NAMED}){_CARRIES} (?P<what>.+)")
_COMPUTES = whole(
    rf"{DOES}(?:computes?|calculates?|outputs?|produces?|generates?) (?P<what>.+?)"
    rf"(?: (?:on|as) (?P<out>{NAMED}))?"
)


def read(clause: str, terms: Terms) -> Said | None:
    """What the clause says, None where it is none of these sentences."""
    for reader in (_named_gate, _single, _pairs, _constant, _copied, _expressed):
        said = reader(clause, terms)
        if said is not None:
            return said
    return None


def _only_output(terms: Terms) -> Part | None:
    """The output that a sentence without a name can only mean."""
    outputs = terms.interface.outputs
    return terms.outputs[0] if len(outputs) == 1 and not inverted(outputs[0]) else None


def _drives(output: Part | None, word: Word | None) -> Said | None:
    if output is None or word is None or output.width != word.width:
        return None
    return (Drives(output, word),)


def _named_gate(clause: str, terms: Terms) -> Said | None:
    match = _GATE.fullmatch(clause)
    if match is None:
        return None
    output = terms.output(match["out"]) if match["out"] else _only_output(terms)
    if match["list"] is None:
        plain = not any(steering(port) or inverted(port) for port in terms.interface.inputs)
        word = over_inputs(match["gate"], count_of(match["count"]), terms) if plain else None
        return _drives(output, word)
    parts = terms.listed(match["list"])
    if parts is None or count_of(match["count"]) not in (None, len(parts)):
        return None
    return _drives(output, expression(f"{match['gate']} of {match['list']}", terms))


def _single(clause: str, terms: Terms) -> Said | None:
    inputs = terms.inputs
    if len(inputs) != 1 or any(inverted(port) for port in terms.interface.inputs):
        return None
    if _WIRE.fullmatch(clause):
        return _drives(_only_output(terms), inputs[0])
    if _NOT.fullmatch(clause):
        output = terms.outputs[0] if len(terms.outputs) == 1 else None
        return _drives(output, Inverse(inputs[0]))
    return None


def _pairs(clause: str, terms: Terms) -> Said | None:
    match = _PAIRS.fullmatch(clause)
    if match is None:
        return () if _WIRES.fullmatch(clause) else None
    said: list[Drives] = []
    for pair in re.findall(rf"({NAMED}) ?-> ?({NAMED})", match["pairs"], re.IGNORECASE):
        source, output = terms.part(pair[0]), terms.output(pair[1])
        drives = _drives(output, source)
        if drives is None or source is None or terms.output(pair[0]):
            return None
        said += [d for d in drives if isinstance(d, Drives)]
    return tuple(said)


def _constant(clause: str, terms: Terms) -> Said | None:
    match = _CONSTANT.fullmatch(clause)
    if match is None:
        return None
    output = terms.output(match["out"]) if match["out"] else _only_output(terms)
    if output is None:
        return None
    value = number_of(match["to"] or match["value"], output.width)
    again = number_of(match["again"], output.width) if match["again"] else value
    if value is None or again != value:
        return None
    return (Drives(output, Number(value, output.width)),)


def _copied(clause: str, terms: Terms) -> Said | None:
    for pattern in (_COPY, _ASSIGN, _CONNECT):
        match = pattern.fullmatch(clause.removesuffix(" combinationally"))
        output = terms.output(match["out"]) if match else None
        source = terms.part(match["in"]) if match else None
        if match and source and output and not terms.output(match["in"]):
            return _drives(output, source)
    return None


def _expressed(clause: str, terms: Terms) -> Said | None:
    for pattern in (_IS, _COMPUTES):
        match = pattern.fullmatch(clause)
        if match is None:
            continue
        output = terms.output(match["out"]) if match["out"] else _only_output(terms)
        said = _drives(output, expression(match["what"], terms)) if output else None
        if said is not None:
            return said
    return None
