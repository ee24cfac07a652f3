from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.eval.suites.verilogeval_official import (
    Record,
    Summary,
    csv,
    letter,
    pass_rate,
    problem_rate,
    summaries,
    table,
)

PASSED = "Mismatches: 0 in 20 samples"
FAILED = "Mismatches: 3 in 20 samples"


@pytest.mark.parametrize(
    ("log", "code"),
    [
        (PASSED, "."),
        (f"{FAILED}\n{PASSED}", "."),
        (f" {PASSED}", "R"),
        (f"{PASSED} ", "R"),
        (f"{PASSED}\r\n", "."),
        (FAILED, "R"),
        ("", "R"),
        ("a.sv:1: syntax error\nI give up.", "S"),
        (f"no error so far\n{PASSED}", "C"),
        ("x: error: This assignment requires an explicit cast.", "e"),
        ("x: error: Sized numeric constant must have a size greater than zero.", "0"),
        (f"x: warning: always_comb process has no sensitivities.\n{PASSED}", "n"),
        ("x: warning: found no sensitivities so it will never trigger.", "n"),
        ("x: error: b is declared here as wire.", "w"),
        ("x: error: Unknown module type: TopModule", "m"),
        ("x: error: Unable to bind wire/reg/memory `clk' in `tb'", "c"),
        ("x: error: Unable to bind wire/reg/memory `q' in `tb'", "p"),
        (f"TIMEOUT\n{PASSED}", "T"),
        ("x: error: anything else", "C"),
        ("error: one\nUnable to bind wire/reg x\nUnknown module type", "m"),
        ("TIMEOUT\nsyntax error", "T"),
    ],
)
def test_the_first_decisive_line_gives_the_letter(log: str, code: str) -> None:
    assert letter(log, "module TopModule; endmodule") == code


@pytest.mark.parametrize("edge", ["posedge reset", "negedge reset", "posedge r)"])
def test_a_mismatch_with_an_asynchronous_reset_has_a_letter_of_its_own(edge: str) -> None:
    assert letter(FAILED, f"always @(posedge clk, {edge} q <= 0;") == "r"
    assert letter(PASSED, f"always @(posedge clk, {edge} q <= 0;") == "."


def test_summaries_are_whole_lines() -> None:
    log = f"{FAILED}\nMismatches: 1 in 2 samples!\nx {PASSED}\n{PASSED}\n"
    assert summaries(log) == (Summary(3, 20), Summary(0, 20))


@pytest.mark.parametrize(
    ("passed", "samples", "rate"),
    [(0, 1, 0), (1, 1, 100), (1, 3, 33), (2, 3, 66), (29, 50, 57), (7, 25, 28), (19, 20, 95)],
)
def test_a_problems_rate_is_cut_off_in_floating_point(passed: int, samples: int, rate: int) -> None:
    records = [Record(".")] * passed + [Record("R", 1)] * (samples - passed)
    assert problem_rate(records) == rate


@given(st.integers(1, 99).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_problems_rate_is_the_share_less_at_most_a_point(share: tuple[int, int]) -> None:
    passed, samples = share
    rate = problem_rate([Record(".")] * passed + [Record()] * (samples - passed))
    assert -1e-9 <= 100 * passed / samples - rate <= 1 + 1e-9


RECORDS = {
    "Prob002_longer": [Record("R", 7, 10, 20, 0.5), Record("R", 7, 10, 20), Record("."), Record()],
    "Prob001_a": [Record(".", 0, 100, 900, 1.0)] * 6,
}


def test_the_table_is_the_published_one() -> None:
    assert table(RECORDS).split("\n") == [
        "",
        "Prob001_a      [06/06](100%)  6.00 ..... .                 ",
        "Prob002_longer [01/04]( 25%)  0.06 RR.?                    ",
        "",
        "pass_rate             =      62.50",
        "avg_gini_simpson_idx  =       0.31",
        "total_prompt_tokens   =        620",
        "total_resp_tokens     =       5440",
        "total_tokens          =       6060",
        "avg_tokens_per_prompt =      62.00",
        "avg_tokens_per_resp   =     544.00",
        "avg_tokens_per_query  =     606.00",
        "total_cost            =       6.50",
        "",
        "",
    ]
    assert math.isclose(pass_rate(RECORDS), 62.5)


def test_the_csv_is_the_published_one() -> None:
    assert csv(RECORDS) == ("Prob001_a,6,6,1.0,.,.,.,.,.,.\nProb002_longer,1,4,0.25,R,R,.,?\n")
