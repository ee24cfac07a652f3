from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinysuite import TinyHarness

from gatewright.core import (
    Candidate,
    Diagnostic,
    Language,
    Outcome,
    Problem,
    Severity,
    Source,
    ToolCrashed,
    Verdict,
)
from gatewright.eval.verdict_cache import VerdictCache, token_text

CODE = (
    "module top (input wire clk, input [3:0] a, output reg [7:0] q);\n"
    '  localparam S = "a // b"; // the string is no comment\n'
    "  always @(posedge clk) q <= /* why */ {4'b0, a} * 8'hF0 ** 2;\n"
    "  sub #(.W(3)) u (.*, .\\odd;name (a));\n"
    "endmodule\n"
)
PROBLEM = Problem("P", "spec")


def candidate(text: str, language: Language = Language.SYSTEMVERILOG) -> Candidate:
    return Candidate((Source("top.sv", text, language),))


@given(st.lists(st.sampled_from([" ", "\n", "\t", " // note\n", " /* note ** */ "]), min_size=40))
def test_layout_and_comments_do_not_tell_texts_apart(gaps: list[str]) -> None:
    words = token_text(CODE).split(" ")
    text = "".join(w + gaps[i % len(gaps)] for i, w in enumerate(words) if w)
    # A string holds blanks of its own: take them as they are.
    if '"a' not in words:
        assert token_text(text) == token_text(CODE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a && b", "a & & b"),
        ("a ** b", "a * * b"),
        ("a <= b", "a < = b"),
        ("x *= 2", "x * = 2"),
        ("1.5", "1 . 5"),
        ("1e-5", "1e - 5"),
        ("'{0}", "' {0}"),
        ("u(.*)", "u(. *)"),
        ("ab", "a b"),
        ("$finish", "$ finish"),
        ('"a b"', '"a  b"'),
        ("a /* b", "a /* c"),
        ("a // b\nc", "a\n"),
        ("`define A x\ny", "`define A x y"),
        ("\\a;b c", "\\a ;b c"),
        ("8'hF0", "8'h F1"),
        ('"open\nx', '"open x'),
    ],
)
def test_what_a_lexer_tells_apart_stays_apart(one: str, other: str) -> None:
    assert token_text(one) != token_text(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("assign a=b;", "assign a = b ;"),
        ("f(a,b)", "f ( a , b )"),
        ("x[3:0]", "x [3:0]"),
        ("a//c\n;b", "a ; b"),
        ("a/**/b", "a b"),
        ("q<=a/b;", "q <= a / b;"),
    ],
)
def test_what_a_lexer_does_not_tell_apart_is_one(one: str, other: str) -> None:
    assert token_text(one) == token_text(other)


@given(st.text(alphabet="ab1_ \n\t/*\"\\'`$.,;(){}[]<=&|+-#@eE", max_size=60))
def test_any_text_has_a_key_and_keeps_its_ink(text: str) -> None:
    found = token_text(text)
    if found != text:
        stripped = "".join(found.split())
        assert all(c in text for c in stripped)
        assert token_text(found) in (found, token_text(text))


def test_the_same_design_is_checked_once() -> None:
    harness = TinyHarness("strict")
    cache = VerdictCache()
    first = cache.check(PROBLEM, candidate("module P; endmodule"), harness)
    again = cache.check(PROBLEM, candidate("module P;\n\n// so\nendmodule"), harness)
    assert (first.cpu_s, again.cpu_s) == (0.25, 0.0)
    assert again.verdict.outcome is Outcome.PASS
    assert len(harness.calls) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(* a, /* *) assign y = 0; // */ *)\n", "(* a, /* *) assign y = 1; // */ *)\n"),
        ('(* a = "*)" *) x; (* /* *)\n y (* */ *)', '(* a = "*)" *) x; (* /* *)\n z (* */ *)'),
        ("x // a\u2028 = 1;\n", "x // a\u2028 = 0;\n"),
        ("y\u00a0= 1; // \u00e9", "y = 1; // \u00e9"),
        ("\\a\u3000b ;", "\\a b ;"),
    ],
)
def test_texts_that_other_eyes_read_otherwise_share_no_verdict(one: str, other: str) -> None:
    assert token_text(one) == one
    harness, cache = TinyHarness("strict"), VerdictCache()
    for text in (one, other, one):
        cache.check(PROBLEM, candidate(text), harness)
    assert len(harness.calls) == 2


def test_rules_problems_and_languages_are_kept_apart() -> None:
    cache = VerdictCache()
    harness = TinyHarness("strict")
    cache.check(PROBLEM, candidate("module P;"), harness)
    cache.check(replace(PROBLEM, id="Q"), candidate("module P;"), harness)
    cache.check(PROBLEM, candidate("module P;", Language.PYTHON), harness)
    cache.check(PROBLEM, candidate("module  P;", Language.PYTHON), harness)
    assert len(harness.calls) == 4
    other = TinyHarness("lenient")
    cache.check(PROBLEM, candidate("module P;"), other)
    assert len(other.calls) == 1


class Reader(TinyHarness):
    reads_raw_text = True


def test_a_harness_that_reads_the_text_shares_equal_texts_only() -> None:
    harness = Reader("official")
    cache = VerdictCache()
    for text in ("module P;", "module  P;", "module P;"):
        cache.check(PROBLEM, candidate(text), harness)
    assert len(harness.calls) == 2


class Pointing(TinyHarness):
    severity = Severity.ERROR
    code = ""

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        verdict = super().check(problem, candidate)
        place = Diagnostic(self.severity, "look", "top.sv", 3, 1)
        return replace(verdict, diagnostics=(place,), code=self.code)


def test_errors_at_a_line_belong_to_their_text() -> None:
    harness = Pointing("strict")
    cache = VerdictCache()
    for text in ("module P;", "module\nP;", "module\nP;"):
        found = cache.check(PROBLEM, candidate(text), harness)
        assert found.verdict.diagnostics[0].line == 3
    assert len(harness.calls) == 2


def test_warnings_lose_their_place_in_another_text() -> None:
    harness = Pointing("strict")
    harness.severity = Severity.WARNING
    cache = VerdictCache()
    lines = [
        cache.check(PROBLEM, candidate(text), harness).verdict.diagnostics[0].line
        for text in ("module P;", "module\nP;", "module P;")
    ]
    assert lines == [3, 0, 3]
    assert len(harness.calls) == 1


def test_a_benchmark_s_own_code_belongs_to_its_text() -> None:
    harness = Pointing("strict")
    harness.severity, harness.code = Severity.WARNING, "R"
    cache = VerdictCache()
    for text in ("module P;", "module\nP;"):
        cache.check(PROBLEM, candidate(text), harness)
    assert len(harness.calls) == 2


def test_threads_that_ask_at_once_share_one_check() -> None:
    harness = TinyHarness("strict", seconds=0.05)
    cache = VerdictCache()
    start = threading.Barrier(8)

    def ask(number: int) -> Outcome:
        start.wait()
        text = "module P;" + " " * random.Random(number).randrange(5)
        return cache.check(PROBLEM, candidate(text), harness).verdict.outcome

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {Outcome.PASS}
    assert len(harness.calls) == 1


def test_a_tool_that_fails_is_asked_again() -> None:
    failures = [ToolCrashed("gone")]

    def trouble(problem: Problem, candidate: Candidate) -> None:
        if failures:
            raise failures.pop()

    harness = TinyHarness("strict", trouble=trouble)
    cache = VerdictCache()
    with pytest.raises(ToolCrashed):
        cache.check(PROBLEM, candidate("module P;"), harness)
    assert cache.check(PROBLEM, candidate("module P;"), harness).verdict.passed
