"""Descriptions in words: every sentence must be one of the grammar's, or nothing is read."""

from __future__ import annotations

import re

from gatewright.agents.symbolic.abstain import Abstain
from gatewright.agents.symbolic.page import Page
from gatewright.agents.symbolic.phrases import PLAIN
from gatewright.agents.symbolic.readers.find import Find, span_of
from gatewright.agents.symbolic.signals import Names
from gatewright.agents.symbolic.text import Sentence, sentences
from gatewright.agents.symbolic.vocabulary import clauses
from gatewright.agents.symbolic.wording import arithmetic, choices, gates, registers, remarks
from gatewright.agents.symbolic.wording.settle import settle
from gatewright.agents.symbolic.wording.statements import Remark, Said, Statement
from gatewright.agents.symbolic.wording.terms import VALUE, Terms

_READERS = (remarks.read, registers.read, arithmetic.read, choices.read, gates.read)
_MARK = re.compile(r"^(?:\(?(?:\d{1,2}|[a-z])\)|\d{1,2}\.) ")

# A list whose items start with a number in parentheses, `(1) …`, run on as one sentence.
_ITEM = re.compile(r"\s(?=\(\d{1,2}\)\s)")


def read(page: Page, names: Names) -> list[Find]:
    """The whole page as one find; none where the text is no description of this kind.

    Raises Abstain where some sentences do and others are not understood.
    """
    terms = Terms(names.interface)
    if not terms.usual or any(re.fullmatch(VALUE, p.port, re.I) for p in terms.inputs):
        return []
    said, unread = _all_said(page, terms)
    described = any(not isinstance(statement, Remark) for statement in said)
    # One sentence that is not understood is worth naming; a whole story is just another text.
    if not described and len(unread) != 1:
        return []
    if unread:
        raise Abstain(_not_understood(unread[0]))
    lines = frozenset(line.number for line in page.lines if not line.blank)
    settled = settle(said, terms, span_of(lines))
    kept = any(drive.trigger for drive in settled.circuit.drives)
    if kept and re.search(r"\bcombinat(?:ion|ori)al\b", page.text, re.IGNORECASE):
        raise Abstain("the text calls a register combinational")
    return [Find(settled.circuit, lines, settled.assumptions)]


def why_not(page: Page, names: Names) -> str:
    """Why a page without any structure is not read: its first sentence that is not understood.

    Sentences that only ask for a module are passed over.
    """
    _, every = _all_said(page, Terms(names.interface))
    unread = [sentence for sentence in every if not _only_asks(sentence)]
    nothing = "the text holds no structure that is read here"
    return f"{_not_understood(unread[0])}, and {nothing}" if unread else nothing


def _only_asks(sentence: Sentence) -> bool:
    return all(any(p.fullmatch(clause) for p in PLAIN) for clause in clauses(sentence.text))


def _all_said(page: Page, terms: Terms) -> tuple[list[Statement], list[Sentence]]:
    """What the sentences say, and those that are not understood."""
    said: list[Statement] = []
    unread: list[Sentence] = []
    for sentence in sentences(page):
        items = _ITEM.split(sentence.text)
        found = [_said(clause, terms) for item in items for clause in clauses(item)]
        if any(one is None for one in found):
            unread.append(sentence)
        said += [statement for one in found for statement in one or ()]
    return said, unread


def _not_understood(sentence: Sentence) -> str:
    text = re.sub(r"\s+", " ", sentence.text)[:200]
    return f"line {sentence.line}: {text!r} was not understood"


def _said(clause: str, terms: Terms) -> Said | None:
    """What the first reader that knows the sentence makes of it."""
    text = _MARK.sub("", re.sub(r"'([\w\[\]:]+)'", r"\1", clause))
    text = re.sub(r"\s+([,:)])", r"\1", text)
    for reader in _READERS:
        said = reader(text, terms)
        if said is not None:
            return said
    return None
