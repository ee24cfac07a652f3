"""Code as lines of HTML: numbered, the words of the language marked, everything escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewright.core import Diagnostic, Severity

if TYPE_CHECKING:
    from markupsafe import Markup

_WORDS = (
    "always always_comb always_ff always_latch and assign automatic begin bit byte case casex "
    "casez const default defparam else end endcase endfunction endgenerate endmodule endpackage "
    "endtask enum final for forever function generate genvar if import initial inout input int "
    "integer inside interface localparam logic longint modport module negedge nor not or output "
    "package packed parameter posedge priority real reg repeat return shortint signed string "
    "struct task time tri type typedef union unique unsigned void while wire xnor xor "
)
_TOKEN = re.compile(
    r"""
    (?P<c> //[^\n]* | /\*.*?(?:\*/|\Z) )
  | (?P<s> "(?:[^"\\\n]|\\.)*"? )
  | (?P<d> [`$][A-Za-z_]\w* )
  | (?P<n> (?:\d[\d_]*)?\s?'[sS]?[bBoOdDhH]\s?[\da-fA-FxXzZ?_]+ | '[01xXzZ]\b | \b\d[\d_.]*\b )
  | (?P<k> \b(?:"""
    + "|".join(_WORDS.split())
    + r""")\b )
    """,
    re.VERBOSE | re.DOTALL,
)


_RANKS = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
_SAID, _MESSAGE = 3, 240  # messages beside one line, characters of each


@dataclass(frozen=True, slots=True)
class Line:
    """One line of code; `mark` is the worst severity a tool reported there, or ''.

    `said` is what it reported, the worst first.
    """

    number: int
    html: Markup
    mark: str = ""
    said: str = ""


def code_lines(text: str, diagnostics: tuple[Diagnostic, ...] = ()) -> list[Line]:
    """A text's lines, those with diagnostics marked."""
    marks: dict[int, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        marks.setdefault(diagnostic.line, []).append(diagnostic)
    return [
        Line(number, html, *_margin(marks.get(number, ())))
        for number, html in enumerate(_html_lines(text), 1)
    ]


def _margin(found: Sequence[Diagnostic]) -> tuple[str, str]:
    """The mark of a line, and what is said beside it."""
    if not found:
        return "", ""
    worst_first = sorted(found, key=lambda d: _RANKS.index(d.severity))
    messages = list(dict.fromkeys(_one_line(d.message) for d in worst_first))
    more = f" (and {len(messages) - _SAID} more)" if len(messages) > _SAID else ""
    return str(worst_first[0].severity), "; ".join(messages[:_SAID]) + more


def _one_line(message: str) -> str:
    text = " ".join(message.split())
    return text if len(text) <= _MESSAGE else f"{text[: _MESSAGE - 1]}…"


def _html_lines(text: str) -> Iterator[Markup]:
    from markupsafe import Markup

    line: list[Markup] = []
    for kind, piece in _pieces(text.rstrip("\n").replace("\r\n", "\n")):
        for number, part in enumerate(piece.split("\n")):
            if number:
                yield Markup("").join(line)
                line = []
            if part:
                line.append(_marked(kind, part))
    yield Markup("").join(line)


def _marked(kind: str | None, part: str) -> Markup:
    from markupsafe import Markup, escape

    return Markup('<i class="{}">{}</i>').format(kind, part) if kind else escape(part)


def _pieces(text: str) -> Iterator[tuple[str | None, str]]:
    position = 0
    for match in _TOKEN.finditer(text):
        if match.start() > position:
            yield None, text[position : match.start()]
        yield match.lastgroup, match.group()
        position = match.end()
    if position < len(text):
        yield None, text[position:]
