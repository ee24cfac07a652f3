"""Sentences about flip-flops, latches, counters, their clock's edge and their reset."""

from __future__ import annotations

import re

from gatewright.agents.symbolic.circuit import Part
from gatewright.agents.symbolic.wording.leads import IS, STYLE, A, whole
from gatewright.agents.symbolic.wording.statements import (
    ClockEdge,
    Counter,
    Enables,
    Flops,
    Held,
    Latch,
    Resets,
    Said,
    Statement,
)
from gatewright.agents.symbolic.wording.terms import COUNT, Terms, count_of, inverted, number_of

_EDGE = r"(?P<edge>positive|negative|rising|falling)"
_OF_CLOCK = r"(?: of (?:the )?(?P<clock>\w+))?"
_ON_EDGE = rf"(?:on|by|at|with) (?:the|each|every|a) {_EDGE}[- ](?:clock )?edge{_OF_CLOCK}"
_ADJ = r"(?:active[- ]?(?:high|low)|synchronous|asynchronous|sync|async)"
_ADJS = rf"(?P<adjs>{_ADJ}(?:(?:,? and|,)? {_ADJ})?)"
_KEPT = r"(?:the |its )?(?:counter|register|output|outputs|flip-?flops?|dffs?|latch|count|value|q)"
_NUMBER = r"(?P<value>0x[0-9a-f]+|\d+'[bdh][0-9a-f_]+|\d+|zero|one|all (?:zeros|ones))"
_TO = rf"(?:to )?(?:the value )?{_NUMBER}(?: rather than (?:zero|0))?"
_CLEARS = rf"(?P<clears>(?:clears?|clearing) {_KEPT}(?: to (?:0|zero))?)"
_BRINGS = (
    rf"(?:,? (?:and |that |which |to )?(?:(?:should|must|will) )?"
    rf"(?:(?:resets?|sets?|resetting|setting) {_KEPT} {_TO}|{_CLEARS}))"
)
_FLOPS = re.compile(
    rf"{IS}{A}(?:(?:single|simple) )*(?:(?P<count>{COUNT}) (?:d(?:[- ]type)?[- ]flip-?[ -]?flops"
    r"|d(?:[- ]type)? flops|dffs)|(?P<width>\d+)-bit (?:d(?:[- ]type)?[- ])?register"
    rf"|(?:{_EDGE}[- ]edge[- ]triggered )?(?:d(?:[- ]type)?[- ]flip[ -]?flop|dff))",
    re.IGNORECASE,
)
_LATCH = whole(rf"{IS}{A}(?:simple |transparent |gated )?d(?:[- ]type)?[- ]latch{STYLE}")
_COUNTER = re.compile(
    rf"{IS}{A}(?:simple )?(?:(?P<width>{COUNT})-bit )?(?:(?P<kind>binary|decade|bcd"
    rf"|mod(?:ulo)?[- ](?P<modulus>\d+)) )?(?:up[- ])?counter"
    r"(?: that counts(?: up)?(?: from)? (?P<first>\d+) (?:through|to) (?P<last>\d+)"
    r"(?:,? inclusive)?)?(?:,? (?:and|then) (?:wraps|rolls over|starts again|returns)"
    r"(?: around| back)?(?: to (?P<back>\d+))?)?(?:,? with a period of (?P<period>\d+)"
    r"(?: (?:clock )?cycles)?)?",
    re.IGNORECASE,
)
_COUNTS = r"(?:only )?(?:counts(?: up)?|increments|advances)(?: by (?:1|one))?(?: only)?"
_HOLDS = (
    r"(?:it |the (?:counter|count) )?(?:holds|keeps)(?: (?:its|the) (?:current )?(?:value|count))?"
)
_WHILE_ENABLED = (
    rf"{_COUNTS} (?:when|if|while|whenever) (?:the )?(?P<enable>\w+)(?: input| signal)? is"
    r" (?P<level>0|1|high|low)"
    rf"(?:(?:,| and|, and|, but)? (?:otherwise |else )?{_HOLDS}(?: otherwise)?)?"
)
_HELD = whole(rf"otherwise,? {_HOLDS}")
_ENABLED = whole(rf"(?:(?:the )?(?:counter|count|value|output)|it) {_WHILE_ENABLED}")
_AWAY = re.compile(r"down|dir", re.IGNORECASE)  # what counts by these does not count up alone
_MODIFIERS = (
    re.compile(
        rf",? ?\(?(?:(?:is |are )?(?:triggered|clocked) )?{_ON_EDGE}\)?"
        rf"|,? ?\(?(?:(?P<edge2>positive|negative|rising|falling)[- ]edge[- ]triggered)\)?",
        re.IGNORECASE,
    ),
    re.compile(
        rf",?(?: and)? with (?:an? )?{_ADJS} reset(?: input| signal)?"
        r"(?: \(?(?P<port>(?!to\b|reset (?:the )?output|setting|resetting|that|which|and|clear|on"
        r"|at|by|with)\w+)\)?)?"
        rf"(?:{_BRINGS}| {_TO.replace('(?:to )?', 'to ').replace('<value>', '<value2>')}"
        rf"| \(reset (?:the )?output to {_NUMBER.replace('<value>', '<value3>')}\))?",
        re.IGNORECASE,
    ),
    re.compile(rf",?(?: and)? (?:that|which) {_WHILE_ENABLED}", re.IGNORECASE),
)
_SENTENCES = (
    whole(
        rf"(?:the )?(?:(?P<port>\w+)(?: input| signal)?|reset(?: input| signal)?)"
        rf" (?:is|should be|must be|:) (?:an? )?{_ADJS}(?: reset)?{_BRINGS}?"
    ),
    whole(
        rf"(?:{IS})?(?:(?:include|add|use|it has|there is) )?(?:an? |the )?{_ADJS} reset"
        rf"(?: input| signal)?(?: (?P<port>(?!to\b|should|sets?|resets?|clears?)\w+))?{_BRINGS}?"
    ),
    whole(rf"{_KEPT} (?:is|are|should be|must be) reset {_TO}"),
    whole(rf"(?:the )?(?P<port>\w+)(?: input| signal)?{_BRINGS}"),
    whole(r"(?P<absent>there is no reset)"),
)
_TRIGGERED = (
    whole(
        r"(?:assume (?:that )?)?(?:all |the )?(?:sequential logic|dffs|flip-?flops|registers?"
        r"|counter|output|it)(?: is| are| should be| must be)? (?:triggered|clocked|updated)"
        rf" {_ON_EDGE}"
    ),
    whole(
        r"(?:the (?:counter|register|flip-flop|module|circuit)|it)"
        rf" (?:is {_EDGE}[- ]edge[- ]triggered|(?:updates|changes|counts)"
        rf" {_ON_EDGE.replace('<edge>', '<edge2>')})"
    ),
)


def read(clause: str, terms: Terms) -> Said | None:
    """What the clause says, None where it is none of these sentences."""
    if _LATCH.fullmatch(clause):
        return (Latch(),)
    if (match := _FLOPS.match(clause)) is not None:
        flops, rest = Flops(count_of(match["count"] or match["width"]) or 1), clause[match.end() :]
        edge = _edge(match, terms) if match["edge"] else ()
        more = _modifiers(rest, terms)
        if edge is not None and more is not None:
            return (flops, *edge, *more)
    if (match := _COUNTER.match(clause)) is not None:
        counter, more = _counter(match), _modifiers(clause[match.end() :], terms)
        if counter is not None and more is not None:
            return (counter, *more)
    for pattern in _TRIGGERED:
        if (match := pattern.fullmatch(clause)) is not None:
            return _edge(match, terms)
    if (match := _ENABLED.fullmatch(clause)) is not None:
        return _enables(match, terms)
    if _HELD.fullmatch(clause):
        return (Held(),)
    for pattern in _SENTENCES:
        match = pattern.fullmatch(clause)
        said = _resets(match, terms) if match else None
        if said is not None:
            return said
    return None


def _counter(match: re.Match[str]) -> Statement | None:
    kind = (match["kind"] or "").lower()
    width, first, last = count_of(match["width"]), match["first"], match["last"]
    periods = {int(number) for number in (match["period"], match["modulus"]) if number}
    decimal = kind in ("decade", "bcd")
    if decimal:
        periods.add(10)
    if width and kind in ("", "binary") and first is None and not periods:
        periods.add(1 << width)
    low = int(first) if first else None
    high = int(last) if last else None
    full = width is not None and low == 0 and high == (1 << width) - 1
    if len(periods) > 1 or (match["back"] and match["back"] != first):
        return None
    wraps = match[0].lower().endswith(("around", "back", "wraps", "over", "again"))
    if low is None or high is None:
        return Counter(width, periods.pop(), 0, None, decimal) if periods else None
    if not periods and not match["back"] and not wraps and not full:
        return None
    if high <= low or (periods and periods != {high - low + 1}):
        return None
    return Counter(width, high - low + 1, low, high, decimal)


def _modifiers(text: str, terms: Terms) -> Said | None:
    said: list[Statement] = []
    text = text.removesuffix(" in verilog")
    while text.strip():
        for pattern, reader in zip(_MODIFIERS, (_edge, _resets, _enables), strict=True):
            match = pattern.match(text)
            if match and match.end():
                more = reader(match, terms)
                if more is None:
                    return None
                said += more
                text = text[match.end() :]
                break
        else:
            return None
    return tuple(said)


def _edge(match: re.Match[str], terms: Terms) -> Said | None:
    groups = match.groupdict()
    clock = groups.get("clock")
    if terms.clock is None or (clock and clock not in ("clock", terms.clock.name)):
        return None
    edge = (groups.get("edge") or groups.get("edge2") or "").lower()
    return (ClockEdge(edge in ("negative", "falling")),)


def _enables(match: re.Match[str], terms: Terms) -> Said | None:
    name, low = match["enable"], match["level"].lower() in ("0", "low")
    port = terms.interface.port(name)
    part = next((part for part in terms.inputs if part.port == name and part.width == 1), None)
    if port is None or part is None or inverted(port) != low or _AWAY.search(name):
        return None
    return (Enables(part, low),)


def _resets(match: re.Match[str], terms: Terms) -> Said | None:
    groups = match.groupdict()
    if groups.get("absent"):
        return (Resets(absent=True),)
    port = groups.get("port")
    if port and port.lower() == "reset" and not terms.interface.port(port):
        port = None
    if port and not any(part.port == port and part.width == 1 for part in terms.inputs):
        return None
    named = terms.reset is not None and terms.reset.name == port
    if port and not named and not re.search(r"\bresets?\b", match[0], re.IGNORECASE):
        return None
    adjectives = (groups.get("adjs") or "").lower()
    kinds = set(re.findall(r"\basync|\bsync", adjectives))
    levels = set(re.findall(r"high|low", adjectives))
    text = next((groups[k] for k in ("value", "value2", "value3") if groups.get(k)), None)
    value = 0 if groups.get("clears") else _value(text, terms)
    if len(kinds) > 1 or len(levels) > 1 or (text and value is None):
        return None
    return (
        Resets(
            port,
            kinds == {"async"} if kinds else None,
            levels == {"low"} if levels else None,
            value,
        ),
    )


def _value(text: str | None, terms: Terms) -> int | None:
    """The value that the only output is reset to."""
    output: Part | None = terms.outputs[0] if len(terms.outputs) == 1 else None
    return number_of(text, output.width) if text and output else None
