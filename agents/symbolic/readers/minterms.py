"""Minterm and maxterm lists: `f(a,b,c) = Σm(1,2) + Σd(5)`, `ΠM(0,3)`, or in words.

In words: a logic-1 for some numbers, a logic-0 for others, the rest never occur.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gatewright.agents.symbolic.abstain import Abstain, on_line
from gatewright.agents.symbolic.beside import check_line, check_next_line
from gatewright.agents.symbolic.ir import Notation, Row, Signal, Table, Value
from gatewright.agents.symbolic.page import Page
from gatewright.agents.symbolic.readers.find import Find, span_of
from gatewright.agents.symbolic.signals import Names, cover_ports
from gatewright.agents.symbolic.text import Passage, flowing

MAX_BITS = 10


def _bracketed(name: str) -> str:
    return rf"[\(\[\{{]\s*(?P<{name}>\d[\d,\s]*)\s*[\)\]\}}]"


_MARK = r"(?i:dc|d|phi|x)"
_DONT_CARES = r"(?i:don't[ -]?cares?(?:\s+(?:terms?|conditions?|minterms?))?(?:\s+(?:is|are))?)"
_FORMULA = re.compile(
    r"(?P<out>[A-Za-z_]\w*)\s*(?:\((?P<args>[A-Za-z_][\w\[\],\s]*)\))?\s*=\s*"
    r"\\?(?P<kind>(?i:sum|prod(?:uct)?)|(?=[mM]\s*\())\s*(?:of\s+)?(?:minterms|maxterms)?\s*_?\{?"
    r"(?P<letter>[mM])?\}?\s*"
    + _bracketed("terms")
    + r"(?:\s*[+&.*,;]?\s*(?i:(?:with|and|where)\s+)?(?:\\?(?i:sum|prod(?:uct)?)\s*_?\{?)?"
    rf"(?:{_MARK}|(?:the\s+)?{_DONT_CARES}(?:\s*[:=]?\s*(?:\\?(?i:sum)\s*)?{_MARK})?)"
    r"\}?\s*[:=]?\s*" + _bracketed("dont") + ")?"
)
# The don't-cares as a function of their own: `d(a,b,c) = Σm(5,7)`.
_APART = re.compile(
    r"(?<!\w)(?i:dc|d|phi)\s*\((?P<args>[A-Za-z_][\w\[\],\s]*)\)\s*=\s*"
    r"(?:\\?(?i:sum)\s*(?:of\s+)?(?:minterms)?\s*_?\{?[mMdD]?\}?\s*)?" + _bracketed("dont")
)
_LIST = r"(?P<n>\d+(?:\s*,\s*(?:and\s+|or\s+)?\d+|\s+(?:and|or)\s+\d+)*)"
_SHOWN = r"(?:\s+appears?(?:\s+(?:on|at)\s+the\s+inputs?)?)?"
_WORDS_ONE = re.compile(
    r"logic[- ]?(?:1|one|high)\s+(?:when|for|if)\s+" + _LIST + _SHOWN, re.IGNORECASE
)
_WORDS_ZERO = re.compile(
    r"logic[- ]?(?:0|zero|low)\s+(?:when|for|if)\s+" + _LIST + _SHOWN, re.IGNORECASE
)
_WORDS_NEVER = re.compile(
    r"(?:input\s+)?(?:conditions?|combinations?|numbers?|values?)\s+(?:for\s+the\s+numbers?\s+)?"
    + _LIST
    + r"\s+(?:never|do(?:es)?\s+not|don't|cannot)\s+(?:occur|appear|happen)s?\b",
    re.IGNORECASE,
)
_TUPLE = re.compile(r"\(\s*([A-Za-z]\w*(?:\s*,\s*[A-Za-z]\w*)+)\s*\)")


@dataclass(frozen=True, slots=True)
class _Function:
    outputs: tuple[Signal, ...]
    inputs: tuple[Signal, ...]
    ones: frozenset[int]
    dont_cares: frozenset[int]
    assumed: bool
    product: bool = False


def read(page: Page, names: Names) -> list[Find]:
    """The functions that the page gives as lists. Raises Abstain where a list is damaged."""
    passage = flowing(page)
    spans: list[tuple[int, int]] = []
    functions: list[_Function] = []
    shared = False
    for match in _FORMULA.finditer(passage.text):
        if names.resolve(match["out"]) is None:
            continue
        with on_line(min(passage.lines(*match.span()))):
            functions.append(_formula(match, names))
        spans.append(match.span())
        later = match["dont"] and not passage.lines(*match.span("dont")) <= passage.lines(
            match.start(), match.end("terms")
        )
        shared = shared or bool(later)
    apart = _APART.search(passage.text) if names.port("d") is None else None
    if apart is not None and len(functions) == 1:
        functions = [_with_dont_cares(functions[0], apart, names)]
        spans.append(apart.span())
    if shared and len(functions) > 1:
        raise Abstain("which of the functions the don't-cares belong to is not clear")
    lines = _check_beside(page, passage, spans, names)
    worded = _worded(passage, names)
    if worded:
        functions.append(worded[0])
        spans += worded[1]
    if not functions:
        return []
    find = _find(functions, passage.covering(spans), names, passage.text)
    return [replace(find, remainders=tuple((passage.remainders(spans) | lines).items()))]


def _check_beside(
    page: Page, passage: Passage, spans: list[tuple[int, int]], names: Names
) -> dict[int, str]:
    """Texts that are left of the formulas' lines; Abstain where one is no lead-in or sentence."""
    left: dict[int, str] = {}
    for at, (start, end) in enumerate(spans):
        first, last = min(passage.lines(start, end)), max(passage.lines(start, end))
        begins = passage.starts[passage.numbers.index(first)]
        after = passage.numbers.index(last) + 1
        ends = passage.starts[after] if after < len(passage.starts) else len(passage.text)
        if at and spans[at - 1][1] > begins:
            begins = spans[at - 1][1]
        if at + 1 < len(spans) and spans[at + 1][0] < ends:
            ends = end
        arguments = _FORMULA.match(passage.text, start)
        order = re.findall(r"\w+(?:\[\d+\])?", arguments["args"] or "") if arguments else []
        with on_line(first):
            kept = check_line(
                passage.text[begins:start], passage.text[end:ends], order[0] if order else "", names
            )
        left[first] = f"{left.get(first, '')} {kept}".strip()
    check_next_line(page, passage.covering(spans), names)
    return left


def _numbers(text: str | None) -> frozenset[int]:
    found = [int(n) for n in re.findall(r"\d+", text or "")]
    if len(set(found)) != len(found):
        raise Abstain("a number appears twice in the minterm list")
    return frozenset(found)


def _variables(text: str | None, names: Names) -> tuple[tuple[Signal, ...], bool]:
    """The variables, most significant first, and whether their order had to be assumed."""
    references = re.split(r"[\s,]+", text.strip()) if text else [p.name for p in names.inputs()]
    settled = names.counted_from(references)
    signals = [settled.resolve(reference) for reference in references]
    if any(s is None for s in signals):
        raise Abstain("the minterm list's variables are not the module's inputs")
    return tuple(s for s in signals if s is not None), text is None and len(signals) > 1


def _formula(match: re.Match[str], names: Names) -> _Function:
    inputs, assumed = _variables(match["args"], names)
    terms, dont = _numbers(match["terms"]), _numbers(match["dont"])
    product = match["kind"].lower().startswith("prod") or (
        not match["kind"] and match["letter"] == "M"
    )
    if match["letter"] and (match["letter"] == "M") != product:
        raise Abstain("the list mixes minterms with a product, or maxterms with a sum")
    output = names.resolve(match["out"])
    if output is None:
        raise Abstain("the minterm list defines no output")
    ones = frozenset(range(1 << _bits(inputs))) - terms - dont if product else terms
    return _checked(_Function((output,), inputs, ones, dont, assumed, product), terms)


def _with_dont_cares(function: _Function, apart: re.Match[str], names: Names) -> _Function:
    """The function with don't-cares that are written as a function of the same variables."""
    variables, _ = _variables(apart["args"], names)
    if variables != function.inputs or function.dont_cares:
        raise Abstain("the don't-cares are not written over the function's own variables")
    dont = _numbers(apart["dont"])
    if function.product:
        raise Abstain("don't-cares beside a list of maxterms were not understood")
    return _checked(replace(function, dont_cares=dont), function.ones)


def _bits(inputs: Iterable[Signal]) -> int:
    return sum(signal.width for signal in inputs)


def _checked(function: _Function, terms: frozenset[int]) -> _Function:
    top = 1 << _bits(function.inputs)
    if _bits(function.inputs) > MAX_BITS:
        raise Abstain("the minterm list has too many variables")
    if max(terms | function.dont_cares, default=0) >= top:
        raise Abstain("a number of the minterm list does not fit its variables")
    if terms & function.dont_cares:
        raise Abstain("a number is both a term and a don't-care")
    return function


def _worded(passage: Passage, names: Names) -> tuple[_Function, list[tuple[int, int]]] | None:
    found = [p.search(passage.text) for p in (_WORDS_ONE, _WORDS_ZERO, _WORDS_NEVER)]
    one, zero, never = (_numbers(m["n"]) if m else frozenset() for m in found)
    if not one:
        return None
    order = _TUPLE.search(passage.text)
    inputs, assumed = _variables(order[1] if order else None, names)
    everything = frozenset(range(1 << _bits(inputs)))
    if one & zero or (one | zero) & never:
        raise Abstain("a number is listed both as 1 and as 0, or as never occurring")
    rest = everything - one - zero
    if never and (never != rest if zero else not never <= rest):
        raise Abstain("the lists of numbers do not add up to all input combinations")
    dont = never if never else (rest if zero else frozenset())
    if not zero and not never:
        raise Abstain("the text does not say what the other numbers give")
    if zero and not never and rest:
        raise Abstain("the text does not say what the unlisted numbers give")
    outputs = tuple(Signal(port.name, port.width) for port in names.outputs())
    spans = [m.span() for m in found if m]
    return _checked(_Function(outputs, inputs, one, dont, assumed), one), spans


def _find(functions: list[_Function], lines: frozenset[int], names: Names, text: str) -> Find:
    inputs = functions[0].inputs
    outputs = tuple(out for f in functions for out in f.outputs)
    if any(f.inputs != inputs for f in functions):
        raise Abstain("the minterm lists order their variables differently")
    if not cover_ports(inputs, names.inputs()) or not cover_ports(outputs, names.outputs()):
        raise Abstain("the minterm lists do not use all ports of the module")
    if any(out.width != 1 for out in outputs):
        raise Abstain("a minterm list gives one bit, the output has several")
    rows = tuple(
        Row(
            key,
            tuple(
                Value(int(key in f.ones), int(key not in f.dont_cares))
                for f in functions
                for _ in f.outputs
            ),
        )
        for key in range(1 << _bits(inputs))
    )
    order = ", ".join(map(str, inputs))
    assumed = f"the first input is the most significant: ({order})"
    sums = tuple(
        out.port
        for out in outputs
        if re.search(rf"\b{re.escape(out.port)}\b[^.,;]*product[- ]of[- ]sums", text, re.I)
    )
    table = Table(Notation.MINTERMS, inputs, outputs, rows, span_of(lines), products_of_sums=sums)
    return Find(table, lines, (assumed,) if functions[0].assumed else ())
