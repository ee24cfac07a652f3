"""What scores are made of: a module's best blocks, whatever the segment they are in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gatewright.retrieval.index import Index
from gatewright.retrieval.index_segment import Level
from gatewright.retrieval.question import asked
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.search_scores import Scorer, Weights

WHOLE = """\
module whole(input clk, input a, input b, output reg q, output reg r, output reg s);
  always @(posedge clk) q <= lemon & orange & cherry;
  always @(posedge clk) r <= a;
  always @(posedge clk) s <= b;
endmodule
"""
APART = WHOLE.replace("whole", "apart").replace("lemon & orange & cherry", "lemon")
APART = APART.replace("<= a", "<= orange").replace("<= b", "<= cherry")
SEVERAL = "Lemon and orange. It takes cherry."
EMPTY = "package empty;\nendpackage\n"


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "chip"
    root.mkdir()
    for name, text in {"empty": EMPTY, "whole": WHOLE, "apart": APART}.items():
        (root / f"{name}.v").write_text(text)
    return root


def module_scores(repository, text, weights):
    index = Index(repository)
    try:
        found = Scorer(weights).scores(index.view, asked(text), Level.MODULE)
        return {
            name: float(score)
            for segment, scores in zip(index.view.segments, found, strict=True)
            for name, score in zip(segment.names, scores, strict=True)
        }
    finally:
        index.close()


def test_a_module_counts_for_a_block_that_fits_as_a_whole(folder, tmp_path):
    with Repository.open(folder, tmp_path / "cache") as repository:
        words = module_scores(repository, SEVERAL, replace(Weights(), inside=0.0))
        found = module_scores(repository, SEVERAL, Weights())
    assert abs(words["whole"] - words["apart"]) < 0.1 * words["apart"]
    assert found["whole"] > 1.1 * found["apart"]
    assert found["empty"] == 0


def test_one_sentence_finds_what_it_names_and_not_who_uses_it(folder, tmp_path):
    (folder / "user.v").write_text("module user(input c);\n  whole u_cherry(.clk(c));\nendmodule\n")
    with Repository.open(folder, tmp_path / "cache") as repository:
        plain = module_scores(repository, "whole cherry", Weights())
        words = module_scores(repository, "whole cherry", replace(Weights(), inside=0.0))
    assert plain == words
    assert plain["whole"] > 0


def test_each_further_block_counts_half(folder, tmp_path):
    with Repository.open(folder, tmp_path / "cache") as repository:
        index = Index(repository)
        (words,) = Scorer(replace(Weights(), inside=0.0)).scores(
            index.view, asked(SEVERAL), Level.MODULE
        )
        plain = replace(Weights(), parent=0.0)
        (blocks,) = Scorer(plain).scores(index.view, asked(SEVERAL), Level.BLOCK)
        (found,) = Scorer(replace(plain, inside=1.0)).scores(
            index.view, asked(SEVERAL), Level.MODULE
        )
        (segment,) = index.view.segments
        index.close()
    owner = segment.levels[Level.BLOCK].module
    for number in range(len(segment.names)):
        best = np.sort(blocks[owner == number])[::-1]
        expected = sum(score / 2**place for place, score in enumerate(best))
        assert found[number] - words[number] == pytest.approx(expected, rel=1e-4)


def test_an_edited_file_counts_as_it_is_now(folder, tmp_path):
    with Repository.open(folder, tmp_path / "cache") as repository:
        before = module_scores(repository, "lemon", Weights())
    (folder / "apart.v").write_text(APART.replace("lemon", "melon"))
    with Repository.open(folder, tmp_path / "cache") as repository:
        after = module_scores(repository, "melon", Weights())
    assert before["whole"] > 0
    assert after["whole"] == 0
    assert after["apart"] > 0


NAMES = """\
module names(input clk, input start, input load, output reg start_load_flag);
  // start of the load
  reg begin_it;
  always @(posedge clk) start_load_flag <= start & load & begin_it;
endmodule
"""


def test_of_signals_those_lead_whose_names_are_said_in_full(folder, tmp_path):
    (folder / "names.v").write_text(NAMES)
    with Repository.open(folder, tmp_path / "cache") as repository:
        index = Index(repository)
        units = index.view.segments[0].levels[Level.SIGNAL]
        labels = [units.label(unit)[1] for unit in range(len(units.module))]
        question = asked("start load flag")
        (without,) = Scorer(replace(Weights(), named=0.0)).scores(
            index.view, question, Level.SIGNAL
        )
        (found,) = Scorer(replace(Weights(), named=6.0)).scores(index.view, question, Level.SIGNAL)
        only = [np.array([label == "load" for label in labels])]
        (filtered,) = Scorer(replace(Weights(), named=6.0)).scores(
            index.view, question, Level.SIGNAL, only
        )
        index.close()
    gained = dict(zip(labels, (found - without).tolist(), strict=True))
    assert gained["start_load_flag"] == pytest.approx(6, rel=1e-3)
    assert 0 < gained["load"] < gained["start_load_flag"] / 2  # one word of three
    assert gained["begin_it"] == 0
    assert np.flatnonzero(filtered - without).tolist() == [labels.index("load")]


ADDERS = """\
module adder(input a, input b, output s);
  assign s = a ^ b;
endmodule
module full_adder(input a, input b, input c, output s);
  wire t;
  adder first_half(.a(a), .b(b), .s(t));
  adder second_half(.a(t), .b(c), .s(s));
endmodule
module total(input a, input b, output s);
  // adder: the adder adds what an adder adds
  adder adder_0(.a(a), .b(b), .s(s));
  adder adder_1(.a(a), .b(b), .s());
  adder adder_2(.a(a), .b(b), .s());
endmodule
"""


def test_a_module_called_so_comes_before_its_users(folder, tmp_path):
    (folder / "adders.v").write_text(ADDERS)
    with Repository.open(folder, tmp_path / "cache") as repository:
        words = module_scores(repository, "adder", replace(Weights(), called=0.0))
        found = module_scores(repository, "adder", Weights())
        exact = module_scores(repository, "full_adder", Weights())
        nothing = module_scores(repository, "unheard", Weights())
    assert words["total"] > words["adder"]
    assert found["adder"] > found["full_adder"] > found["total"] == words["total"]
    assert max(exact, key=exact.__getitem__) == "full_adder"
    assert not any(nothing.values())


def test_what_checks_a_design_comes_behind_it_unless_asked_for(folder, tmp_path):
    for place in ("dv", "rtl"):
        (folder / place).mkdir()
        name = f"timer_{place}"
        (folder / place / f"{name}.v").write_text(f"module {name}(input c);\nendmodule\n")
    with Repository.open(folder, tmp_path / "cache") as repository:
        plain = module_scores(repository, "timer", Weights())
        test = module_scores(repository, "timer test", Weights())
    assert plain["timer_dv"] == pytest.approx(0.6 * plain["timer_rtl"])
    assert test["timer_dv"] == pytest.approx(test["timer_rtl"])
