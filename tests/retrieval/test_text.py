"""Words of HDL text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.retrieval.lexicon import LEXICON
from gatewright.retrieval.text import question_terms, split, stem, terms, terms_of

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,30}", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("rd_ptr_q2", ("rd", "ptr", "q", "2")),
        ("rdPtr", ("rd", "ptr")),
        ("AXIStream", ("axi", "stream")),
        ("TX_FIFO", ("tx", "fifo")),
        ("crc32Next", ("crc", "32", "next")),
        ("__", ()),
    ],
)
def test_names_are_taken_apart(name, parts):
    assert split(name) == parts


@pytest.mark.parametrize(
    "words",
    [
        ("counter", "counts", "counting", "counted", "count"),
        ("writes", "writing", "write", "written", "wr"),
        ("arbiter", "arbitration", "arbitrates", "arb"),
        ("pointer", "pointers", "ptr"),
        ("synchronizer", "synchronous", "synchronized", "sync"),
        ("register", "registers", "registered", "reg"),
        ("multiplexer", "multiplexing"),
        ("buses", "bus"),
    ],
)
def test_forms_and_abbreviations_meet(words):
    assert len({terms_of(f"x_{word}_1")[:1] for word in words}) == 1


def test_a_name_says_its_parts_and_itself():
    assert terms_of("wr_ptr") == ("writ", "point", "wr_ptr")
    assert terms_of("rst_ni")[:4] == ("reset", "activ", "low", "input")
    assert terms_of("wrptr") == terms_of("wr_ptr")[:2]


@pytest.mark.parametrize("word", ["first", "latch", "program", "support", "fetch", "loop"])
def test_words_are_not_taken_for_abbreviations_run_together(word):
    assert terms_of(word) == (stem(word),)


def test_plurals_of_abbreviations():
    assert terms_of("csrs") == terms_of("csr")
    assert terms_of("timers") == terms_of("timer")


def test_words_that_say_nothing_are_left_out():
    assert terms_of("begin") == ()
    assert question_terms("What is the of a") == ()
    assert question_terms("a priority case") == (stem("priority"), stem("case"))


def test_numbers_and_endless_names():
    assert terms_of("0016") == ("16",)
    assert terms_of("a" * 65) == ()


@given(names)
def test_parts_are_the_name_without_its_joints(name):
    assert "".join(split(name)) == name.replace("_", "").lower()


@given(names)
def test_a_question_for_a_name_finds_it(name):
    """A name's terms in code are those of a question that holds it, keywords aside."""
    assert tuple(terms(f"assign {name};")) == tuple(
        t for t in question_terms(name) if terms_of(name)
    )


@given(st.text(max_size=200))
def test_any_text_has_terms(text):
    for term in (*terms(text), *question_terms(text)):
        assert term
        assert term == term.lower()


@given(st.from_regex(r"[a-z]{1,20}", fullmatch=True))
def test_a_stem_begins_as_its_word_does(word):
    assert stem(word)
    assert word.startswith(stem(word)[:-1])


def test_the_lexicon_is_in_order():
    for key, words in LEXICON.items():
        assert key == key.lower()
        assert words
        assert all(word.isalnum() and word == word.lower() for word in words)


def test_the_digits_of_a_literal_are_no_words():
    assert list(terms("assign parity = 16'hcafe ^ 8'd12;")) == ["pariti", "16", "8"]
