from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gatewright.core import Candidate, DataError, Outcome, Problem, Source, UsageError, Verdict
from gatewright.datasets.hdlsearch import Place
from gatewright.eval.published import official_table
from gatewright.eval.request import RunRequest
from gatewright.eval.results import load_run
from gatewright.eval.runner import run
from gatewright.eval.suites.base import ComparesVectors, Dataset
from gatewright.eval.suites.hdlsearch import HdlSearch
from gatewright.eval.suites.hdlsearch_offline import OfflineSearch
from gatewright.eval.suites.hdlsearch_rank import pieces, places_in, rouge_2
from gatewright.eval.suites.hdlsearch_table import search_table
from gatewright.retrieval.embedding import Vectors, normalised

FIFO = """module fifo (input clk, input rst, input push, output full);
  reg [4:0] count, spare;
  always @(posedge clk)
    if (rst) count <= 0;
    else if (push) count <= count + 1;
  assign full = count[4];
endmodule
"""
PARITY = """module parity (input [7:0] data, output odd);
  assign odd = ^data;
endmodule
"""
TIMER = """module timer (input clk, output reg tick);
  reg [9:0] left;
  always @(posedge clk) begin
    left <= left - 1;
    tick <= left == 0;
  end
endmodule
"""
COUNT = "always @(posedge clk)\n if (rst) count <= 0;\n else if (push) count <= count + 1;"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for path, text in {
        "one/rtl/fifo.v": FIFO,
        "one/parity.v": PARITY,
        "two/timer.v": TIMER,
        "two/lib/parity.v": PARITY,
    }.items():
        file = folder / "repositories" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    block = {"code": COUNT, "description": "Counts what is pushed and clears the count on reset."}
    odd = {"code": "assign odd = ^data;", "description": "The parity of the data."}
    gone = {"code": "assign never = seen;", "description": "Is not there."}
    files = {
        "one": [
            {"module_id": "fifo", "block_descriptions": [block, gone]},
            {"module_id": "parity", "block_descriptions": [odd]},
        ],
        "blocks": [{"code": COUNT, "description": "Adds 1 to count on push."}],
        "modules": [{"module_id": "timer", "module_description": "A timer that ticks."}],
        "signals": [{"signal": "fifo::count", "description": "How many were pushed, the count."}],
    }
    (folder / "queries").mkdir()
    for name, entries in files.items():
        (folder / "queries" / f"{name}.json").write_text(json.dumps(entries))
    return folder


@pytest.fixture
def suite(tmp_path: Path) -> HdlSearch:
    return HdlSearch(size=3, cache=tmp_path / "cache")


def named(dataset: Dataset, start: str) -> Problem:
    (found,) = (p for p in dataset.problems if p.id.startswith(start))
    return found


def judged(suite: HdlSearch, problem: Problem, *places: str, rules: str = "strict") -> Verdict:
    text = "".join(f"{place}\n" for place in places)
    return suite.harness(rules).check(problem, Candidate((Source("a", text),)))


def test_a_description_is_asked_in_every_pool(suite: HdlSearch, data: Path) -> None:
    dataset = suite.load(data)
    asked = [p.id.rpartition("/")[0] for p in dataset.problems]
    draws = [f"3.{seed}" for seed in range(1, 6)]
    for group, level in (("core", "block"), ("rest", "block"), ("named", "block")):
        for pool in (*draws, "all", "own"):
            assert asked.count(f"{level}/{pool}/{group}") == 1
    assert sorted(a for a in asked if not a.startswith("block")) == [
        "module/all/core",
        "module/own/core",
        "signal/all/core",
        "signal/own/core",
    ]
    assert list(dataset.left_out.values()) == ["what it describes is not here"]
    assert named(dataset, "block/all/core").category == "block/all/core"


def test_the_same_files_give_the_same_hash(suite: HdlSearch, data: Path, tmp_path: Path) -> None:
    first = suite.load(data)
    assert HdlSearch(size=3, cache=tmp_path / "other").load(data).sha256 == first.sha256
    (data / "repositories" / "two" / "timer.v").write_text(TIMER + "\n// more\n")
    assert suite.load(data).sha256 != first.sha256


def test_references_are_first_everywhere(suite: HdlSearch, data: Path) -> None:
    for problem in suite.load(data).problems:
        for rules in suite.rule_sets:
            verdict = suite.harness(rules).check(problem, suite.references(problem))
            assert verdict.outcome is Outcome.PASS, problem.id
            assert verdict.score == 1


def test_copies_count_once_and_other_places_do(suite: HdlSearch, data: Path) -> None:
    problem = named(suite.load(data), "block/all/core")
    target, parity = "one/rtl/fifo.v:3-5", ("one/parity.v:2-2", "two/lib/parity.v:2-2")
    assert judged(suite, problem, *parity, target).metrics["rank"] == 2
    assert judged(suite, problem, "two/timer.v:3-6", *parity, target).metrics["rank"] == 3
    assert judged(suite, problem, *parity).outcome is Outcome.FAIL
    assert judged(suite, problem, "nowhere.v:1-2", "one/parity.v:900-901", target).score == 1


def test_a_whole_file_counts_as_all_that_is_in_it(suite: HdlSearch, data: Path) -> None:
    dataset = suite.load(data)
    problem = named(dataset, "block/all/core")
    assert judged(suite, problem, "one/rtl/fifo.v:1-7").metrics["rank"] == 2
    assert judged(suite, problem, "one/rtl/fifo.v:1-999999").metrics["rank"] == 0
    assert judged(suite, problem, "one/rtl/fifo.v:4-4").metrics["rank"] == 1


def test_places_outside_of_the_pool_are_passed_over(suite: HdlSearch, data: Path) -> None:
    problem = named(suite.load(data), "block/own/core")
    assert judged(suite, problem, "two/timer.v:3-6", "one/rtl/fifo.v:3-5").metrics["rank"] == 1


def test_signals_of_one_line_are_told_apart_by_name(suite: HdlSearch, data: Path) -> None:
    problem = named(suite.load(data), "signal/all/core")
    line = "one/rtl/fifo.v:2-2"
    assert judged(suite, problem, f"{line} count").metrics == {"rank": 1}
    assert judged(suite, problem, f"{line} spare").metrics == {"rank": 0}
    assert judged(suite, problem, line).metrics == {"rank": 2}


def test_loose_takes_what_is_like_the_code(suite: HdlSearch, data: Path) -> None:
    near = FIFO.replace("module fifo", "module other").replace("5:0", "6:0") + "// other\n"
    (data / "repositories" / "two" / "other.v").write_text(near.replace("count <= 0", "count <= 2"))
    problem = named(suite.load(data), "block/all/core")
    place = "two/other.v:3-5"
    assert judged(suite, problem, place, rules="strict").outcome is Outcome.FAIL
    assert judged(suite, problem, place, rules="loose").score == 1
    assert (
        judged(suite, problem, "two/timer.v:3-6", place, rules="loose").metrics["loose_rank"] <= 2
    )


def test_drawn_pools_hold_what_is_relevant_and_are_of_the_size(
    suite: HdlSearch, data: Path
) -> None:
    dataset = suite.load(data)
    masks = []
    for seed in range(1, 6):
        _, pool = suite.quest(named(dataset, f"block/3.{seed}/core"))
        masks.append(pool.mask)
        assert pool.mask.sum() == 3  # two texts asked for, and another
    again = HdlSearch(size=3, cache=suite._cache)
    _, pool = again.quest(named(again.load(data), "block/3.1/core"))
    assert (pool.mask == masks[0]).all()
    assert any((mask != masks[0]).any() for mask in masks)


def test_search_answers_and_the_table_tells(suite: HdlSearch, data: Path, tmp_path: Path) -> None:
    request = RunRequest(suite, tmp_path / "run", OfflineSearch(suite), data)
    summary = run(request)
    assert summary.complete
    table = official_table(load_run(tmp_path / "run"), HdlSearch())
    rows = [line.split() for line in table.splitlines()]
    assert rows[0][:5] == ["units", "pool", "asked", "count", "MRR"]
    assert [row[:4] for row in rows[1:4]] == [
        ["blocks", "3", "core", "1"],
        ["blocks", "3", "all", "2"],
        ["blocks", "3", "named", "1"],
    ]
    by = {tuple(row[:3]): row for row in rows}
    assert by["blocks", "all", "core"][4] == "1.000"
    assert by["modules", "all", "core"][4] == "1.000"
    assert float(by["signals", "all", "core"][4]) >= 0.25


def test_answers_of_others_are_taken_from_their_lines(suite: HdlSearch, data: Path) -> None:
    problem = suite.load(data).problems[0]
    found = suite.extract(problem, "I think:\n- `one/rtl/fifo.v:3-5`\none/a b.v:7\nnot: this\n")
    assert [source.text for source in found.sources] == ["one/rtl/fifo.v:3-5\none/a b.v:7-7\n"]
    assert suite.extract(problem, "no idea").sources == ()
    assert problem.spec in suite.messages(problem)[0].text
    assert len(places_in("a.v:1-2\n" * 500)) == 100
    assert places_in("a.v:0-2\na.v:5-2\na.v:1-2 x\n") == (Place("a.v", 1, 2, "x"),)


class Lengths:
    """Vectors that say how long a text is."""

    name, batch, least = "lengths-1", 2, 0.0

    def documents(self, texts: Sequence[str]) -> Vectors:
        return normalised(np.array([[len(t), 1] for t in texts], np.float32))

    def question(self, text: str) -> Vectors:
        return np.array([1, 0], np.float32)


def test_the_baseline_is_the_mean_of_block_and_module(suite: HdlSearch, data: Path) -> None:
    assert isinstance(suite, ComparesVectors)
    assert suite.compare_with(None).startswith("hashed")
    assert suite.compare_with(Lengths()) == "lengths-1"
    problem = named(suite.load(data), "block/all/core")
    # the longest blocks of the longest modules come first: the counter's is the longest of all
    assert judged(suite, problem).metrics["baseline_rank"] == 1
    parity = named(suite.load(data), "block/all/rest")
    assert judged(suite, parity).metrics["baseline_rank"] == 4


def test_the_stand_in_finds_words(suite: HdlSearch, data: Path) -> None:
    dataset = suite.load(data)
    assert judged(suite, named(dataset, "block/all/rest")).metrics["baseline_rank"] == 1
    assert judged(suite, named(dataset, "module/all/core")).metrics["baseline_rank"] >= 1
    assert "baseline_rank" not in judged(suite, named(dataset, "signal/all/core")).metrics


def test_pieces_and_likeness() -> None:
    assert list(pieces("  a\n b ")) == ["a b"]
    assert list(pieces("")) == []
    text = " ".join(f"word{n:04d}" for n in range(400))
    found = list(pieces(text))
    assert all(len(piece) <= 1000 for piece in found)
    assert all(word in " ".join(found) for word in text.split())
    assert found[0][-100:] in found[1]
    one, two = frozenset({("a", "b"), ("b", "c")}), frozenset({("a", "b")})
    assert rouge_2(one, two) == pytest.approx(2 / 3)
    assert rouge_2(one, frozenset()) == 0


def test_the_table_takes_the_mean_of_draws() -> None:
    good = Verdict(Outcome.PASS, metrics={"rank": 1, "baseline_rank": 2})
    worse = replace(good, metrics={"rank": 4, "baseline_rank": 0})
    rows = search_table(
        {"block/9.1/core/x": [good], "block/9.2/core/x": [worse], "signal/all/core/y": [None]}
    ).splitlines()
    assert rows[1].split()[:10] == [
        *("blocks", "9", "core", "1", "0.625", "0.50", "1.00", "1.00"),
        *("0.250-1.000", "0.250"),
    ]
    assert "2.50" in rows[1].split()
    assert rows[-1].split() == ["signals", "all", "all", "1", "0.000", "0.00", "0.00", "0.00"]


def test_what_cannot_be_used_is_told(suite: HdlSearch, data: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--data"):
        suite.load(None)
    with pytest.raises(UsageError, match="rule set"):
        suite.harness("hardened")
    for file in (data / "queries").glob("*.json"):
        file.write_text("[]")
    with pytest.raises(DataError, match="no description"):
        suite.load(data)
