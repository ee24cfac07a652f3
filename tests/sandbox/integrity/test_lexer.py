from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.sandbox.integrity import Kind, lay_out, tokenize
from gatewright.sandbox.integrity.lexer import MAX_TOKENS


def texts(source: str) -> list[str]:
    return [token.text for token in tokenize(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a<=4'b10;", ["a", "<=", "4'b10", ";"]),
        ("8 'hFF + 'd3 + '0 + 'x", ["8 'hFF", "+", "'d3", "+", "'0", "+", "'x"]),
        ("1.5ns 2e3 1_000", ["1.5ns", "2e3", "1_000"]),
        (
            "@(*) @* .* '{1} 4'(a)",
            ["@", "(*)", "@", "*", ".*", "'{", "1", "}", "4", "'(", "a", ")"],
        ),
        ("x?a:/* c */b", ["x", "?", "a", ":", "b"]),
        ('"a\\"b" // "c', ['"a\\"b"']),
        ("$display $ d", ["$display", "$", "d"]),
        ("a >>>= b <<< c === d", ["a", ">>>=", "b", "<<<", "c", "===", "d"]),
        ("(* keep *) reg r;", ["(* keep *)", "reg", "r", ";"]),
        ("\\a+b[3] c", ["\\a+b[3]", "c"]),
    ],
)
def test_cuts_as_the_language_does(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_tells_where_a_token_is() -> None:
    tokens = tokenize("/* one\ntwo */ a\n  b")
    assert [(t.text, t.line, t.column) for t in tokens] == [("a", 2, 8), ("b", 3, 3)]


@pytest.mark.parametrize("source", ["/* open", 'wire "open', "a \0 b", "f\u0456nish"])
def test_marks_what_is_no_token(source: str) -> None:
    assert any(token.kind is Kind.BAD for token in tokenize(source))


def test_stops_at_the_budget() -> None:
    assert len(tokenize("a " * (MAX_TOKENS + 100))) == MAX_TOKENS + 1


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_never_fails_and_loses_nothing_but_blanks_and_comments(source: str) -> None:
    kept = "".join(texts(source))
    assert len(kept) <= len(source)
    assert all(char in source for char in kept)


@given(st.text(alphabet="ab1'bx()*+-<=>&|.$`\"\\ \n/#{}[];:?", max_size=80))
def test_text_written_out_reads_back_as_the_same_tokens(source: str) -> None:
    tokens = [t for t in tokenize(source) if t.kind in (Kind.IDENT, Kind.NUMBER, Kind.OPERATOR)]
    written = lay_out(tokens, ("f",)).text
    again = [t.text.replace(" ", "") for t in tokenize(written) if t.kind is not Kind.ATTRIBUTE]
    assert again == [t.text.replace(" ", "") for t in tokens] or "'" in source
