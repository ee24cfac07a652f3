"""Lines of code without their comments; where a comment goes on."""

from __future__ import annotations

import pytest

from gatewright.retrieval.complete.lines import code_text, ends_in_comment

CODE = "module m;\n  wire w;\nendmodule\n"


@pytest.mark.parametrize(
    "above",
    [
        "//*****\n// m\n//*****\n",
        "// all of rtl/*.v\n",
        "/* a\n // b */\n",
        '/**/ /* "a */\n',
        '// "\n/* a */\n',
    ],
)
def test_a_comment_does_not_swallow_the_code_below(above: str) -> None:
    assert [line.text for line in code_text(above + CODE).lines] == [
        "module m;",
        "wire w;",
        "endmodule",
    ]


def test_a_string_begins_no_comment() -> None:
    lines = code_text('$display("/*");\n$display("\\"/*");\nx = 1; /* y\n z */ a = 2;\n').lines
    assert [(line.text, line.number) for line in lines] == [
        ('$display("/*");', 1),
        ('$display("\\"/*");', 2),
        ("x = 1;", 3),
        ("a = 2;", 4),
    ]


@pytest.mark.parametrize(
    "text", ["a // b", "//", "/* a", "/* a\n b", "/*/", "/* a */ // b", '"//" // b', "//*\n//*"]
)
def test_in_a_comment(text: str) -> None:
    assert ends_in_comment(text)


@pytest.mark.parametrize(
    "text", ["", "a", "a // b\n", "/* a */", "/**/", "a /", '"//', '"/*"', "// a\n b", "//*\n"]
)
def test_in_none(text: str) -> None:
    assert not ends_in_comment(text)
