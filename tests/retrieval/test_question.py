"""What a question asks for, and what it asks for first."""

from __future__ import annotations

from gatewright.retrieval.question import asked


def test_the_first_sentence_leads():
    found = asked("Holds the write pointer. It is cleared by reset.")
    plain, led = found.weighed(1.0), found.weighed(3.0)
    assert led["point"] == 3 * plain["point"]
    assert led["reset"] == plain["reset"]


def test_one_sentence_leads_nothing():
    found = asked("fifo write pointer")
    assert found.weighed(3.0) == found.terms


def test_what_is_said_twice_counts_less_the_second_time():
    assert asked("reset reset reset reset").terms["reset"] == 2.0


def test_a_name_with_dots_is_no_sentence():
    assert not asked("top.u_fifo.wr_ptr").first
    assert asked("").terms == {}
