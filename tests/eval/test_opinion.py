from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import Candidate, Outcome, Problem, Verdict
from gatewright.eval import References, RunRequest, run
from gatewright.eval.executors.local import LocalExecutor
from gatewright.eval.opinion import OPINIONS, OpinionRow, Opinions, opinions_json, second_opinions
from gatewright.eval.rowfile import RowFile
from gatewright.eval.rows import Key
from gatewright.eval.suites.starter import Starter


class Judge:
    """A proof that likes only short answers, and says how often it was asked."""

    rules = "formal"

    def __init__(self, longest: int = 0) -> None:
        self.asked = 0
        self.longest = longest

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        self.asked += 1
        fits = len(candidate.text) < self.longest
        return Verdict(Outcome.PASS) if fits else Verdict(Outcome.FAIL, cpu_s=0.5)


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    out = tmp_path / "run"
    run(RunRequest(Starter(), out, References(), problems="m*,p*"))
    return out


def asked(out: Path, judge: Judge) -> Opinions:
    return second_opinions(Starter(), None, out, judge, LocalExecutor(2), lambda *_: None)


def test_counts_both_ways_and_names_disagreements(scored: Path) -> None:
    opinions = asked(scored, Judge(longest=10**6))
    assert opinions.conclusive == opinions.total > 3
    assert opinions.disagreements == ()
    (scored / OPINIONS).unlink()
    against = asked(scored, Judge())
    assert len(against.disagreements) == against.total
    first = against.disagreements[0]
    assert (first.simulated, first.proved) == (Outcome.PASS, Outcome.FAIL)
    assert opinions_json(against)["counts"] == [
        {"simulated": "pass", "proved": "fail", "answers": against.total}
    ]


def test_goes_on_where_it_stopped(scored: Path) -> None:
    whole = asked(scored, Judge())
    kept = list(RowFile(scored / OPINIONS, OpinionRow))[1:]
    lines = (scored / OPINIONS).read_bytes().splitlines(keepends=True)
    (scored / OPINIONS).write_bytes(b"".join(lines[1:]))
    judge = Judge()
    again = asked(scored, judge)
    assert judge.asked == 1
    assert again == whole
    assert [Key(row.task, row.sample) for row in kept] == [
        each.key for each in again.disagreements[1:]
    ]
