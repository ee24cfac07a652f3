"""Code as lines of HTML: numbered, the words of the language marked, everything escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
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


@dataclass(frozen=True, slots=True)
class Line:
    """One line of code; `mark` is the worst severity a tool reported there, or ''."""

    number: int
    html: Markup
    mark: str = ""
    said: str = ""


def code_lines(text: str, diagnostics: tuple[Diagnostic, ...] = ()) -> list[Line]:
    """A text's lines, those with diagnostics marked."""
    marks: dict[int, Diagnostic] = {}
    for diagnostic in diagnostics:
        held = marks.get(diagnostic.line)
        if held is None or diagnostic.severity is Severity.ERROR is not held.severity:
            marks[diagnostic.line] = diagnostic
    lines = []
    for number, html in enumerate(_html_lines(text), 1):
        found = marks.get(number)
        mark, said = (str(found.severity), found.message) if found else ("", "")
        lines.append(Line(number, html, mark, said))
    return lines


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
