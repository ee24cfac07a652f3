from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Diagnostic, Severity
from gatewright.eval.highlight import code_lines


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"</?i[^>]*>", "", markup))


@given(st.text(alphabet="ab_09'\"\\/*\n <>&`$mod", max_size=80))
def test_marking_changes_no_character(text: str) -> None:
    shown = "\n".join(plain(line.html) for line in code_lines(text))
    assert shown == text.rstrip("\n")


def test_words_of_the_language_are_marked() -> None:
    (line,) = code_lines("assign q = 4'hF & `W; // <b>")
    assert '<i class="k">assign</i>' in line.html
    assert '<i class="n">4&#39;hF</i>' in line.html
    assert '<i class="d">`W</i>' in line.html
    assert '<i class="c">// &lt;b&gt;</i>' in line.html


def test_the_worst_diagnostic_of_a_line_marks_it() -> None:
    said = (
        Diagnostic(Severity.WARNING, "odd", line=2),
        Diagnostic(Severity.ERROR, "bad", line=2),
        Diagnostic(Severity.NOTE, "so", line=2),
    )
    lines = code_lines("a\nb\nc", said)
    assert [line.mark for line in lines] == ["", "error", ""]
    assert lines[1].said == "bad; odd; so"


def test_what_is_said_beside_a_line_is_short() -> None:
    said = tuple(Diagnostic(Severity.NOTE, f"{i} {'long ' * 200}", line=1) for i in range(50))
    (line,) = code_lines("a", said)
    assert len(line.said) < 1000
    assert line.said.endswith("(and 47 more)")
