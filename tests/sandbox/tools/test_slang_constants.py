from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.sandbox.tools.slang_constants import evaluate


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("W - 1", 7),
        ("2 ** 3 - 1", 7),
        ("$clog2(W) - 1", 2),
        ("$clog2(1)", 0),
        ("W > 4 ? 16 : 8", 16),
        ("8'hF_F", 255),
        ("4'sb11", 3),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("(1 << 4) | 3", 19),
        ("!0 && ~0", 1),
        ("UNKNOWN", None),
        ("1 / 0", None),
        ("3 +", None),
        ("9 ** 999999", None),
        ("'x", None),
        ("", None),
        ("(" * 5000, None),
    ],
)
def test_evaluates_what_ranges_are_made_of(text: str, value: int | None) -> None:
    assert evaluate(text, {"W": 8}) == value


OPERATORS = ("+", "-", "*", "&", "|", "^", "<", "<=", "==", "!=")
expressions = st.recursive(
    st.integers(0, 99).map(str),
    lambda inner: st.tuples(
        inner, st.sampled_from(["+", "-", "*", "&", "|", "^", "<", "<=", "==", "!="]), inner
    ).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
    max_leaves=12,
)


@given(expressions)
def test_agrees_with_python(text: str) -> None:
    assert evaluate(text) == int(eval(text))


@given(st.text(alphabet="0123456789'bhd+-*/%()?:W$clog2 ~!<>=&|", max_size=40))
def test_never_fails(text: str) -> None:
    evaluate(text, {"W": 8})
