"""Sentences that choose: multiplexers, `z is 1 if …, otherwise 0`, `when sel is 0, choose a`."""

from __future__ import annotations

import re

from gatewright.agents.symbolic.circuit import Choice, Inverse, Number, Part, Pick, Word
from gatewright.agents.symbolic.wording.conditions import EQUALS, condition
from gatewright.agents.symbolic.wording.leads import IS, STYLE, A, whole
from gatewright.agents.symbolic.wording.statements import (
    Drives,
    Multiplexer,
    Otherwise,
    Said,
    Takes,
)
from gatewright.agents.symbolic.wording.terms import (
    COUNT,
    NAMED,
    PART,
    VALUE,
    Terms,
    count_of,
    number_of,
)

_WHEN = r"(?:when|if|whenever)"
_BE = r"(?:is|should be|must be|shall be|will be|becomes|=)"
_SHALL = r"(?:(?:should|must|shall|will) )?"
_ELSE = r"(?:,? and|,|;)? ?(?:otherwise|else),? "
_RESULT = rf"(?:(?P<value>{VALUE})|(?P<part>{NAMED}))"
_MUX = whole(
    rf"{IS}{A}(?:(?P<width>{COUNT})-bit(?: wide)?,? )?(?P<ways>{COUNT})(?:-to-| to |-|:)(?:1|one)"
    rf" (?:multiplexer|mux)"
    rf"(?: that (?:chooses|selects) between (?P<one>{NAMED}) and (?P<two>{NAMED}))?"
    rf"{STYLE}"
)
_TAKES = r"(?:chooses?|selects?(?: bits?)?|outputs?|passes|picks?|the output is)"
_CASE = rf"(?P<sel>{NAMED}){EQUALS}(?P<number>{VALUE})"
_CHOOSE = whole(rf"{_WHEN} {_CASE},? (?:then )?{_TAKES} (?P<word>{NAMED})")
_CHOSEN = whole(rf"(?P<word>{NAMED}) is (?:chosen|selected|passed to the output) {_WHEN} {_CASE}")
_LIST = whole(
    rf"(?P<list>{PART} ?= ?\d+ {_SHALL}{_TAKES} {NAMED}"
    rf"(?:, (?:and )?{PART} ?= ?\d+ {_SHALL}{_TAKES} {NAMED})+)(?P<etc>,? (?:etc|and so on))?"
)
_ITEM = re.compile(
    rf"(?P<sel>{PART}) ?= ?(?P<number>\d+) {_SHALL}{_TAKES} (?P<word>{NAMED})", re.IGNORECASE
)
_REST = whole(
    rf"(?:otherwise|else|(?:for|in) (?:all|the) (?:other|unused) (?:cases|values)),?"
    rf" (?:{_TAKES} (?P<word>{VALUE}|{NAMED})"
    rf"|set all (?:output bits|bits of the output) to (?P<all>0|1))"
)
_IF = whole(
    rf"(?:the value of )?(?P<out>{NAMED}) {_BE} {_RESULT} {_WHEN} (?P<if>.+?){_ELSE}"
    rf"(?:(?P<again>{NAMED}) {_BE} )?(?P<other>{VALUE}|{NAMED})"
)
_THEN = whole(
    rf"{_WHEN} (?P<if>.+?), (?:then )?(?P<out>{NAMED}) {_BE} {_RESULT}{_ELSE}"
    rf"(?:(?P<again>{NAMED}) {_BE} )?(?P<other>{VALUE}|{NAMED})"
)
_IF_AND = whole(
    rf"(?P<out>{NAMED}) {_BE} {_RESULT} {_WHEN} (?P<if>.+?),? and (?P<other>{VALUE}|{NAMED})"
    r"(?P<again>)? otherwise"
)
_ONLY = whole(
    rf"(?P<out>{NAMED}) {_BE} (?P<value>{VALUE}|asserted) (?:if and only if|exactly when)"
    r" (?P<if>.+)"
)
_PACKED = whole(
    r"the (?P<ways>\d+) (?:(?P<width>\d+)-bit )?inputs are all packed into"
    r" (?:a single|one) (?P<total>\d+)-bit input vector"
)


def read(clause: str, terms: Terms) -> Said | None:
    """What the clause says, None where it is none of these sentences."""
    if (match := _MUX.fullmatch(clause)) is not None:
        return _multiplexer(match, terms)
    if (match := _PACKED.fullmatch(clause)) is not None:
        return _packed(match, terms)
    for pattern in (_CHOOSE, _CHOSEN):
        if (match := pattern.fullmatch(clause)) is not None:
            return _case(match["sel"], match["number"], match["word"], terms)
    if (match := _LIST.fullmatch(clause)) is not None:
        return _listed(match["list"], bool(match["etc"]), terms)
    if (match := _REST.fullmatch(clause)) is not None:
        output = terms.outputs[0] if len(terms.outputs) == 1 else None
        word = match["word"] or f"all {'ones' if match['all'] == '1' else 'zeros'}"
        rest = _word(word, output, terms) if output else None
        return (Otherwise(rest),) if rest else None
    return _conditional(clause, terms)


def _word(text: str, output: Part, terms: Terms) -> Word | None:
    """A constant or an input's bits, as wide as the output."""
    part = terms.part(text)
    if part is not None:
        given = any(part.port == port.port for port in terms.inputs)
        return part if given and part.width == output.width else None
    number = number_of(text, output.width)
    return None if number is None else Number(number, output.width)


def _multiplexer(match: re.Match[str], terms: Terms) -> Said | None:
    ways = count_of(match["ways"])
    if ways is None or ways < 2:
        return None
    if match["one"]:
        parts = terms.part(match["one"]), terms.part(match["two"])
        if ways != 2 or any(part not in terms.inputs for part in parts):
            return None
    return (Multiplexer(ways, count_of(match["width"])),)


def _packed(match: re.Match[str], terms: Terms) -> Said | None:
    ways, width = int(match["ways"]), int(match["width"] or 1)
    total = int(match["total"])
    fits = ways * width == total and any(part.width == total for part in terms.inputs)
    return (Multiplexer(ways, width),) if fits else None


def _case(select: str, number: str, word: str, terms: Terms) -> Said | None:
    part, output = terms.part(select), terms.outputs[0]
    if part not in terms.inputs or part is None or len(terms.outputs) != 1:
        return None
    value, chosen = number_of(number, part.width), _word(word, output, terms)
    return None if value is None or chosen is None else (Takes(part, value, chosen),)


def _listed(text: str, more: bool, terms: Terms) -> Said | None:
    """`sel=0 selects a, sel=1 selects b, …`; with `etc` the series must go on by itself."""
    items = list(_ITEM.finditer(text))
    said = [_case(m["sel"], m["number"], m["word"], terms) for m in items]
    takes = [one for each in said if each for one in each if isinstance(one, Takes)]
    if len(takes) != len(items) or len({take.select for take in takes}) != 1:
        return None
    if not more:
        return tuple(takes)
    if [take.number for take in takes] != list(range(len(takes))):
        return None
    return _packed_series(takes, terms) or _port_series(takes, terms)


def _packed_series(takes: list[Takes], terms: Terms) -> Said | None:
    """The words of one vector, counted from its low end; the selector reaches exactly all."""
    select, words = takes[0].select, [take.word for take in takes]
    parts = [word for word in words if isinstance(word, Part)]
    vector = next((p for p in terms.inputs if p.port == parts[0].port), None) if parts else None
    if vector is None or len(parts) != len(words) or vector.width != parts[0].width << select.width:
        return None
    width = parts[0].width
    ends = [(part.port, part.low, part.high) for part in parts]
    if ends != [(vector.port, i * width, (i + 1) * width - 1) for i in range(len(parts))]:
        return None
    return (Drives(terms.outputs[0], Pick(vector, select, width)),)


def _port_series(takes: list[Takes], terms: Terms) -> Said | None:
    """The data inputs in the order of the ports."""
    select = takes[0].select
    data = [part for part in terms.inputs if part != select]
    same = all(part.width == terms.outputs[0].width for part in data)
    if not same or [take.word for take in takes] != data[: len(takes)] or not _in_series(data):
        return None
    return tuple(Takes(select, number, part) for number, part in enumerate(data))


def _in_series(data: list[Part]) -> bool:
    """The names count by themselves: `a b c`, `in0 in1 in2`."""
    names = [part.port for part in data]
    letters = [chr(ord(names[0][0]) + i) for i in range(len(names))]
    if names == letters:
        return True
    stem = re.sub(r"\d+$", "", names[0])
    first = names[0][len(stem) :]
    return bool(first) and names == [f"{stem}{int(first) + i}" for i in range(len(names))]


def _conditional(clause: str, terms: Terms) -> Said | None:
    for pattern in (_IF, _IF_AND, _THEN):
        match = pattern.fullmatch(clause)
        output = terms.output(match["out"]) if match else None
        if match is None or output is None:
            continue
        if match["again"] and terms.part(match["again"]) != output:
            return None
        test = condition(match["if"], terms)
        yes = _word(match["value"] or match["part"], output, terms)
        no = _word(match["other"], output, terms)
        return _chosen(output, test, yes, no) if test and yes and no else None
    match = _ONLY.fullmatch(clause)
    output = terms.output(match["out"]) if match else None
    test = condition(match["if"], terms) if match else None
    if match is None or output is None or test is None or output.width > 1:
        return None
    value = 1 if match["value"].lower() == "asserted" else number_of(match["value"], 1)
    return None if value is None else (Drives(output, test if value else Inverse(test)),)


def _chosen(output: Part, test: Word, yes: Word, no: Word) -> Said | None:
    if isinstance(yes, Number) and isinstance(no, Number):
        if yes == no:
            return None
        if output.width == 1:
            return (Drives(output, test if yes.value else Inverse(test)),)
    return (Drives(output, Choice(test, yes, no)),)
