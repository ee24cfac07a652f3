"""Boolean equations: one defining equation for each output, over the inputs only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.agents.symbolic.abstain import Abstain, on_line
from gatewright.agents.symbolic.beside import check_line, check_next_line, continues
from gatewright.agents.symbolic.expression import is_unmistakable, parse, signals_of
from gatewright.agents.symbolic.ir import (
    Assignment,
    Constant,
    Equations,
    Expression,
    Notation,
)
from gatewright.agents.symbolic.page import Line, Page
from gatewright.agents.symbolic.readers.find import Find, span_of
from gatewright.agents.symbolic.roles import clock_port
from gatewright.agents.symbolic.signals import Names, cover_ports

_CUE = re.compile(
    r"\bboolean\b|\blogic(?:al)?\s+(?:functions?|expressions?|equations?)\b|\bequations?\b"
    r"|\bexpressions?\b|\bfunctions?\b",
    re.IGNORECASE,
)
# Operators that mean something else, or nothing, on vectors: + * . ! && || ' and juxtaposition.
_SCALAR = re.compile(r"[+*.!']|&&|\|\||[\w\])]\s*\(|\)\s*\w|[\w\]]\s+\w")
_DEFINED = re.compile(
    r"(?<![\w\[\].])(?:assign\s+)?(?P<out>[A-Za-z_]\w*(?:\[\d+\])?)"
    r"(?:\s*\(\s*[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*\s*\))?\s*=(?![=>])\s*"
)
_WORDS = re.compile(r"\b(?:and|or|xor)\b|\bnot\b(?=\s)", re.IGNORECASE)
_UNFINISHED = re.compile(r"(?:[+&|^~!*(]|\b(?:and|or|xor|xnor|not))\s*$", re.IGNORECASE)
_SENTENCE = re.compile(r"\.\s+(?=[A-Z][a-z])|,\s+(?=where\b)")


@dataclass(frozen=True, slots=True)
class _Right:
    """A right side, and the text that follows it on its line."""

    text: str
    expression: Expression
    after: str


def read(page: Page, names: Names) -> list[Find]:
    """The equations on the page as one find, where the text calls them so.

    Raises Abstain where some outputs have none, or where text beside an equation is neither part
    of it nor a plain introduction.
    """
    cued = _CUE.search(page.text) or re.search(r"^\s*assign\b", page.text, re.MULTILINE)
    return _read(page, names, cued=True) if cued else []


def read_bare(page: Page, names: Names) -> list[Find]:
    """The equations on a page that does not call them so: each must be unmistakable by itself."""
    return _read(page, names, cued=False)


def _read(page: Page, names: Names, *, cued: bool) -> list[Find]:
    assignments: list[Assignment] = []
    remainders: dict[int, str] = {}
    for line in page.lines:
        if line.number in remainders or not _definitions(line.text, names):
            continue
        text, last = _joined(page, line, names)
        with on_line(line.number):
            found, kept = _equations(text, names, cued=cued)
        assignments += found
        remainders |= dict.fromkeys(range(line.number, last + 1), "")
        remainders[line.number] = kept
    if not assignments:
        return []
    check_next_line(page, frozenset(remainders), names)
    return [_find(tuple(assignments), remainders, names)]


def _definitions(text: str, names: Names) -> list[re.Match[str]]:
    """Where an equation for an output starts; `f = 1` is a remark, no equation."""
    starts = []
    for match in _DEFINED.finditer(text):
        output = names.resolve(match["out"])
        right = re.match(r"[^;=]*", text[match.end() :])
        if output is None or names.is_input(output) or not right:
            continue
        if re.search(r"[A-Za-z(]", right[0]) or _UNFINISHED.search(right[0]) or not right[0]:
            starts.append(match)
    return starts


def _joined(page: Page, line: Line, names: Names) -> tuple[str, int]:
    """The line with those below that go on with its formula, and the last one's number."""
    text, last = line.text.rstrip(), line.number
    for below in page.lines[line.number :]:
        bullet = re.match(r"\s*[*-]\s", below.text)
        if below.blank or bullet or text.endswith(";"):
            break
        unfinished = _UNFINISHED.search(text) or text.endswith("=")
        if not continues(below.text) and not unfinished and text.count("(") <= text.count(")"):
            break
        text, last = f"{text} {below.text.strip()}", below.number
    return text, last


def _equations(text: str, names: Names, *, cued: bool) -> tuple[list[Assignment], str]:
    """All equations of a line, and what is left of it for prose to judge."""
    assignments: list[Assignment] = []
    kept: list[str] = []
    starts = _definitions(text, names)
    at = 0
    for match, following in zip(starts, [*starts[1:], None], strict=True):
        output = names.resolve(match["out"])
        end = following.start() if following else len(text)
        right = _right(text[match.end() : end], names, listed=following is not None)
        if output is None:
            continue
        if not cued and not is_unmistakable(right.text, names):
            raise Abstain(f"whether {right.text!r} is meant as a Boolean expression is not clear")
        if output.width > 1 and _SCALAR.search(_WORDS.sub("&", right.text)):
            raise Abstain(f"{right.text!r} may be arithmetic: the output has several bits")
        assignments.append(Assignment(output, right.expression))
        after = "" if following else right.after
        kept.append(check_line(text[at : match.start()], after, "", names))
        at = end - len(right.after) if following else end
    return assignments, " ".join(kept).strip()


def _right(text: str, names: Names, *, listed: bool) -> _Right:
    """The expression at the start of `text`: all of it, or up to a mark that ends it."""
    closed = re.match(r"[^;]*(?=;)", text)
    if closed:
        return _Right(closed[0], parse(closed[0], names), text[closed.end() :])
    if listed:
        mark = re.search(r"\s*(?:,\s*(?:and\s*)?|\s+and\s+)$", text)
        if not mark:
            raise Abstain(f"where the equation {text!r} ends was not understood")
        right = text[: mark.start()]
        return _Right(right, parse(right, names), text[mark.start() :])
    whole = re.sub(r"\s*[.,]?\s*$", "", text)
    ends = [(len(whole), len(text))]
    ends += [(m.start(), m.start()) for m in _SENTENCE.finditer(text)]
    reason: Abstain | None = None
    for end, rest in ends:
        try:
            return _Right(text[:end], parse(text[:end], names), text[rest:])
        except Abstain as failed:
            reason = reason or failed
    raise reason or Abstain("an equation has no right side")


def _find(assignments: tuple[Assignment, ...], remainders: dict[int, str], names: Names) -> Find:
    outputs = tuple(a.output for a in assignments)
    if clock_port(names.interface):
        raise Abstain("the module has a clock, the equations do not say what it does")
    if len(set(outputs)) != len(outputs) or not cover_ports(outputs, names.outputs()):
        raise Abstain("the equations do not define every output exactly once")
    used = {signal for a in assignments for signal in signals_of(a.expression)}
    if any(not names.is_input(signal) for signal in used):
        raise Abstain("an equation reads an output")
    unused = {port.name for port in names.inputs()} - {signal.port for signal in used}
    if unused:
        raise Abstain(f"no equation uses {', '.join(sorted(unused))}")
    for assignment in assignments:
        widths = {s.width for s in signals_of(assignment.expression)}
        if widths != {assignment.output.width} or isinstance(assignment.expression, Constant):
            raise Abstain("an equation mixes widths")
    lines = frozenset(remainders)
    equations = Equations(Notation.EQUATIONS, assignments, span_of(lines))
    return Find(equations, lines, (), tuple(remainders.items()))
