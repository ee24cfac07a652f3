"""What stands beside a structure: on its lines, next to it, or looking like another part of it.

Running text is judged by its words elsewhere; here the text that is no running text is judged:
words that lead in to a formula, lines that are pieces of a formula, rows that are in no table.
"""

from __future__ import annotations

import re

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.page import Page
from gatewright.agents.symbolic.signals import Names

# Words that may stand on a formula's line, or run on into the line below it.
_LEADING_WORDS = """
a algebraic an and are as assign be below bit boolean build by canonical circuit circuit's
combinational compact compute computes computing consider create defined describe described
describes design equation equations expression expressions f following follows form formula
formulae formulas four function functions given gives has have here implement implemented
implementing implements in input inputs is it its logic logical maxterm maxterms minterm minterms
module must notation of one only output outputs pos product realise realised realises realize
realized realizes shall should simplified single sop sum that the them this three to two variable
variables verilog which with write written you
"""
_LEADING = frozenset(_LEADING_WORDS.split())
_BULLET = re.compile(r"^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+|\([a-z\d]\)\s+)?")
_FIRST = re.compile(
    r",?\s*(?:where\s+)?(?P<name>[A-Za-z]\w*(?:\[\d+\])?)\s+(?:is|being|as)\s+(?:the\s+)?"
    r"(?:msb|most[- ]significant(?:\s+bit|\s+variable|\s+input)?)\b",
    re.IGNORECASE,
)
_OPERATOR_FIRST = re.compile(
    r"^\s*(?:[+&|^~!'/⊕⊙=]|\*(?!\s*$)|\.(?!\.|\s+[A-Z][a-z]|\s*$)"
    r"|(?:x?n?or|n?and|xor|plus|times)\b(?=\s*\W*\w{1,3}\b(?:\W|$)))",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[A-Za-z_]\w*(?:\[\d+\])?|\d+|[^\s\w]")
_OPERATORS = frozenset("+*&|^~!'().[]")
_WORDS = frozenset({"and", "or", "xor", "xnor", "not", "nand", "nor"})
_CELL = re.compile(r"[01xX?]+|\d+'[bdh]\w+|\d+|-")
_TERM = re.compile(r"\b[mMdD]_?\{?\d+|[φΦ∅]")
_COUNT = re.compile(
    r"\b\d+\s*-?\s*(?:bits?|inputs?|outputs?|variables?|terms?|to|way|input|levels?)\b|\b1'b[01]\b"
    r"|\b(?:logic[- ]?|is\s+|to\s+|or\s+|a\s+)?[01]\b(?!\s*[,:])",
    re.IGNORECASE,
)


def leads_in(text: str) -> bool:
    """Only words that introduce a formula, and the punctuation between them."""
    text = _BULLET.sub("", text, count=1)
    if re.search(r"[^\w\s,.;:$()\"-]", text) or re.search(r"(?:^|\s)-|-(?:\s|$)|\(\W*\)", text):
        return False
    words = re.findall(r"[\w'-]+", text)
    return all(word.lower() in _LEADING for word in words)


def check_line(before: str, after: str, first: str, names: Names) -> str:
    """Check what stands before and after a formula on its line; returns what prose must judge.

    A whole sentence after the formula is prose; `first` is the variable that a remark may call
    the most significant one. Raises Abstain where anything else is no known lead-in.
    """
    sentence = ""
    match = re.match(r"\s*[.;]\s+(?=[A-Z])", after)
    if match and not piece_of_formula(after[match.end() :], names):
        sentence = after[match.end() :]
        after = ""
    remark = _FIRST.search(after)
    if remark and first and remark["name"].lower() == first.lower():
        after = after[: remark.start()] + after[remark.end() :]
    *earlier, last = re.split(r"(?<=[.!?:])\s+(?=[A-Z(]|$)", before)
    if not leads_in(last) or not leads_in(re.sub(r"^\s*[.;,$]*\s*(?://)?", "", after)):
        raise Abstain(f"the text beside a formula was not understood: {(before + ' … ' + after)!r}")
    return " ".join([*earlier, last, sentence]).strip()


def continues(text: str) -> bool:
    """The line starts with an operator: it goes on with a formula above."""
    return bool(_OPERATOR_FIRST.match(text))


def piece_of_formula(text: str, names: Names) -> bool:
    """The line holds nothing but ports, constants and operators, and at least one of the first."""
    tokens = _TOKEN.findall(text.strip().rstrip(".;,"))
    named = [t for t in tokens if re.match(r"\w", t) and t.lower() not in _WORDS]
    operators = [t for t in tokens if not re.match(r"\w", t)]
    if not named or any(o not in _OPERATORS for o in operators):
        return False
    return all(t in ("0", "1") or _is_run(t, names) for t in named)


def _is_run(token: str, names: Names) -> bool:
    group = (token,) if names.resolve(token) else names.group(token)
    return bool(group) and all(names.resolve(name) is not None for name in group or ())


def row_of_cells(text: str) -> bool:
    """The line is cells only (`11: 0`, `- 1 1 0`): a row that belongs to some table."""
    tokens = [t for t in re.split(r"[\s|,:;=/()>&]+|(?<=\w)-(?=\s)", text.strip()) if t]
    while tokens and tokens[0] in "-*•+":
        tokens = tokens[1:]
    cells = [t for t in tokens if _CELL.fullmatch(t.rstrip("."))]
    return len(cells) >= 2 and len(cells) == len(tokens)


def check_rest(rest: Page, names: Names, *, formula: bool, minterms: bool) -> None:
    """Raise Abstain where a line that no reader took is a row, or goes on with a formula."""
    for line in rest.lines:
        if line.blank or line.rule:
            continue
        text = line.text.strip()
        if row_of_cells(text) or piece_of_formula(text, names):
            raise Abstain(f"line {line.number}: {text!r} belongs to no structure that was read")
        if formula and (continues(text) or re.search(r"(?<![<>!])=", text)):
            raise Abstain(f"line {line.number}: {text!r} beside the formula was not understood")
        if minterms and (_TERM.search(text) or re.search(r"\d", _COUNT.sub(" ", text))):
            raise Abstain(f"line {line.number}: {text!r} beside the list was not understood")


def check_next_line(page: Page, lines: frozenset[int], names: Names) -> None:
    """The line right below a formula starts a sentence of its own, or leads on in known words."""
    for number in lines:
        below = page.lines[number] if number < len(page.lines) else None
        if below is None or below.blank or below.number in lines:
            continue
        if re.match(r"\s*endmodule\b", below.text) or leads_in(below.text):
            continue
        if continues(below.text) or piece_of_formula(below.text, names):
            raise Abstain(f"line {below.number}: the formula may go on, it was not understood")
        if re.match(r"\s*[^A-Z\s]", below.text):
            raise Abstain(f"line {below.number}: the text below a formula was not understood")
