"""Texts without their conditionals: every branch is shown once, places do not move."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.retrieval.facts.conditional import MAX_VARIANTS, variants


def shown(text: str) -> list[list[str]]:
    return [variant.data.decode().split() for variant in variants(text.encode())]


def test_a_text_without_hidden_branches_is_left_alone() -> None:
    text = b"`ifndef GUARD\n`define GUARD\nx\n`endif\n"
    (only,) = variants(text)
    assert only.data == text


def test_the_first_variant_is_what_a_compiler_reads() -> None:
    text = "`define A\n`ifdef A\n a\n`else\n b\n`endif\n`undef A\n`ifdef A\n c\n`else\n d\n`endif"
    first, second = shown(text)
    assert first == ["`define", "A", "a", "`undef", "A", "d"]
    assert second == ["`define", "A", "b", "`undef", "A", "c"]


def test_nested_branches_are_all_shown() -> None:
    text = "`ifdef A\n`ifdef B\n b\n`else\n nb\n`endif\n`elsif C\n c\n`else\n n\n`endif"
    assert {word for words in shown(text) for word in words} == {"b", "nb", "c", "n"}


def test_comments_and_strings_hold_no_directives() -> None:
    text = '// `ifdef A\n/* `else */ "`endif"\n`ifdef B\n x\n`endif // `else\n y'
    assert [words[-1] for words in shown(text)] == ["y", "y"]
    assert "x" in shown(text)[1]


def test_what_never_ends_ends_with_the_text() -> None:
    assert shown("`ifdef A\n a\n`ifdef B\n b") == [[], ["a", "b"]]


words = st.sampled_from(["`ifdef A\n", "`ifndef B\n", "`elsif C\n", "`else\n", "`endif\n"])
pieces = st.lists(st.one_of(words, st.integers(0, 99).map(lambda n: f"w{n}\n")), max_size=25)


@settings(max_examples=100, deadline=None)
@given(pieces)
def test_variants_keep_the_places_and_never_invent(parts: list[str]) -> None:
    text = "".join(parts).encode()
    found = list(variants(text))
    assert 1 <= len(found) <= MAX_VARIANTS
    for variant in found:
        assert len(variant.data) == len(text)
        same = zip(variant.data, text, strict=True)
        assert all(new == old or (new == 32 and old != 10) for new, old in same)


@settings(max_examples=100, deadline=None)
@given(pieces)
def test_fresh_spans_are_disjoint_and_shown(parts: list[str]) -> None:
    text = "".join(parts).encode()
    seen: set[int] = set()
    for variant in variants(text):
        for span in variant.fresh:
            bytes_of = set(range(span.start, span.end))
            assert not bytes_of & seen
            seen |= bytes_of
            if b"`" not in variant.data:
                assert variant.data[span.start : span.end] == text[span.start : span.end]
