from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.core import Source
from gatewright.sandbox.integrity import lay_out, preprocess, tokenize
from gatewright.sandbox.integrity.layout import plain_name, shown_names


def test_keeps_lines_and_knows_columns() -> None:
    layout = lay_out(tokenize("module m ;\n\n   wire   x ;\nendmodule"), ("m.v",))
    assert layout.text == "module m ;\n\nwire x ;\nendmodule\n"
    place = layout.place(3, 6)
    assert place is not None
    assert (place.file, place.line, place.column) == ("m.v", 3, 11)


def test_maps_included_lines_to_their_file() -> None:
    done = preprocess([Source("a.v", 'x\n`include "b.vh"\ny')], includes=[Source("b.vh", "p\nq")])
    layout = lay_out(done.tokens, done.files)
    places = [layout.place(number + 1) for number in range(4)]
    found = [(p.file, p.line) for p in places if p]
    assert found == [("a.v", 1), ("b.vh", 1), ("b.vh", 2), ("a.v", 3)]


def test_leaves_nothing_to_interpret() -> None:
    source = 'wire \\a+b = 8 \'h F; (* keep *) reg r; // `x\ninitial $display("\u00e9\\n");'
    text = lay_out(tokenize(source), ("m.v",)).text
    assert "\\a" not in text
    assert "(*" not in text
    assert "`" not in text
    assert text.isascii()
    assert "8'hF" in text


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_odd_names_stay_apart(name: str) -> None:
    plain = plain_name(f"\\{name}")
    assert plain.replace("$", "_").isidentifier()
    assert plain == name or plain == f"esc_{name.encode().hex()}"


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_odd_names_are_shown_as_they_were_written(name: str) -> None:
    made = plain_name(f"\\{name}")
    assert shown_names(f"module {made} used") == f"module {name} used"


def test_names_that_only_look_made_are_left() -> None:
    for name in ("esc_", "esc_61", "esc_3", "esc_ff", "esc_0a", "desc_3c3e", "esc_3c3e_q"):
        assert shown_names(name) == name


@given(st.lists(st.sampled_from(["a", "1", "+", "'(", ";", '"s"', "\n"]), max_size=40))
def test_spans_point_at_the_tokens(parts: list[str]) -> None:
    layout = lay_out(tokenize(" ".join(parts)), ("m.v",))
    for token, start, end in layout.spans():
        assert layout.text[start:end] == token.text
