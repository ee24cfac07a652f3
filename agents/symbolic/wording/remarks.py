"""Sentences that add nothing to a description."""

from __future__ import annotations

from gatewright.agents.symbolic.circuit import Part
from gatewright.agents.symbolic.wording.leads import IS, whole
from gatewright.agents.symbolic.wording.statements import Remark, Said
from gatewright.agents.symbolic.wording.terms import COUNT, LISTED, PART, Terms, count_of

_ASKS = (
    r"(?:(?:please )?|i would like you to |your task is to )(?:design|implement|build|create|write)"
)
_PLAIN = tuple(
    map(
        whole,
        (
            rf"(?:{_ASKS} )?(?:an? |the )?(?:verilog |systemverilog )?(?:module|circuit)"
            r"(?: (?:named|called) \w+)?(?: in (?:verilog|systemverilog))?"
            r"(?:,? (?:with|having) the following (?:interface|ports|inputs and outputs))?",
            r"module (?:named|called) \w+|module name(?: is)? \w+|module \w+|endmodule",
            r"(?:note: )?all (?:the )?(?:input and output )?ports are (?:one|1)[- ]bit(?: wide)?"
            r"(?: unless (?:otherwise (?:specified|stated)|a width is given))?",
            r"(?:the )?(?:interface|ports|inputs|outputs)(?: (?:is|are)(?: as follows)?)?",
            r"(?:use|write it in|implement it in) (?:verilog|systemverilog)",
            r"(?:the|this) (?:module|circuit) (?:is|should be) (?:purely )?combinational",
            r"(?:output|input)s?",
        ),
    )
)
_BY_NAME = whole(rf"{_ASKS} (?:the )?module (?P<name>\w+)")
_HAS = whole(
    rf"(?:the (?:module|circuit)|it|there) (?:has|have|is|are) (?P<count>{COUNT})"
    rf" (?:(?P<width>\d+|one)-bit )?(?P<side>in|out)puts?(?:,? (?P<names>{LISTED}))?"
)
_WITH = whole(
    rf"{IS}an? (?:combinational )?circuit (?:with|that has) (?P<ins>{COUNT})"
    rf" (?:(?P<width>\d+|one)-bit )?inputs?,? (?P<in>{LISTED})"
    rf"(?:,? and (?:produces )?(?:an?|one|(?P<outs>{COUNT})) outputs?,? (?P<out>{LISTED}))?"
)
_ROLE = whole(rf"(?P<port>{PART}): (?:the |an? )?(?:data |serial )?(?P<side>in|out)put(?: bit)?")
_ADDS = whole(
    r"an? (?P<kind>half|full)[- ]adder adds (?P<count>two|three) (?:one-bit |input )?"
    r"(?:bits|inputs|numbers)(?:,? \(?"
    r"(?P<carry>with no|without(?: an?)?|including(?: an?)?|plus an?) carry[- ]?in(?:put)?\)?)?"
    r"(?:,? (?:and|to) produces? an? sum(?: bit)? and (?:an? )?carry(?:[- ]?out)?(?: bit)?)?"
)


def read(clause: str, terms: Terms) -> Said | None:
    """A remark, if the clause is one and says nothing false."""
    if any(pattern.fullmatch(clause) for pattern in _PLAIN):
        return (Remark(),)
    if (match := _BY_NAME.fullmatch(clause)) is not None:
        named = match["name"].lower() == terms.interface.module.lower()
        return (Remark(),) if named else None
    if (match := _HAS.fullmatch(clause)) is not None:
        ports = terms.inputs if match["side"].lower() == "in" else terms.outputs
        agrees = len(ports) == count_of(match["count"])
        if match["width"]:
            agrees &= all(port.width == count_of(match["width"]) for port in ports)
        if match["names"]:
            agrees &= terms.listed(match["names"]) == ports
        return (Remark(),) if agrees else None
    if (match := _WITH.fullmatch(clause)) is not None:
        agrees = _listed(match["in"], match["ins"], match["width"], terms.inputs, terms)
        if match["out"]:
            agrees &= _listed(match["out"], match["outs"] or "one", None, terms.outputs, terms)
        return (Remark(),) if agrees else None
    if (match := _ROLE.fullmatch(clause)) is not None:
        ports = terms.inputs if match["side"].lower() == "in" else terms.outputs
        return (Remark(),) if _among(terms.part(match["port"]), ports) else None
    if (match := _ADDS.fullmatch(clause)) is not None:
        half = match["kind"].lower() == "half"
        without = (match["carry"] or "").lower().startswith("with")
        agrees = match["count"].lower() == ("two" if half else "three")
        return (Remark(),) if agrees and (not match["carry"] or without == half) else None
    return None


def _listed(
    names: str, count: str, width: str | None, ports: tuple[Part, ...], terms: Terms
) -> bool:
    """The names are exactly those ports; the count is one of ports or of bits."""
    if terms.listed(names) != ports:
        return False
    if width and any(port.width != count_of(width) for port in ports):
        return False
    return count_of(count) in (len(ports), sum(port.width for port in ports))


def _among(part: Part | None, ports: tuple[Part, ...]) -> bool:
    return part is not None and part in ports
