from __future__ import annotations

from tinysuite import TinySuite

from gatewright.core import Problem, Source, TestbenchSpec
from gatewright.eval.rows import Key
from gatewright.eval.schedule import cost, in_order, longest_first


def problem(testbench: str, reference: str = "") -> Problem:
    spec = TestbenchSpec((Source("tb.sv", testbench),), (Source("ref.sv", reference),))
    return Problem("P", "", harness=spec)


def test_the_guess_grows_with_cycles_width_and_loops() -> None:
    suite = TinySuite()
    short = cost(suite, problem("repeat(10) @(posedge clk);"))
    long = cost(suite, problem("repeat(100000) @(posedge clk);"))
    wide = cost(suite, problem("repeat(10) @(posedge clk); wire [255:0] q;"))
    loops = cost(suite, problem("repeat(10) @(posedge clk);", "for (i = 0; i < 9; i++)"))
    assert short < min(long, wide, loops)
    assert cost(suite, Problem("P", "")) == 0


def test_a_suite_that_knows_is_believed() -> None:
    class Knowing(TinySuite):
        def cost(self, problem: Problem) -> float:
            return 7.0

    assert cost(Knowing(), problem("")) == 7.0


def test_costly_ones_come_first_and_repeats_later() -> None:
    problems = [Problem("a", ""), Problem("b", ""), Problem("c", "")]
    found = longest_first(problems, {"a": 1, "b": 9, "c": 1}, 2)
    assert [str(key) for key in found] == ["b#0", "a#0", "c#0", "b#1", "a#1", "c#1"]
    assert sorted(found) == in_order("abc", 2)
    assert in_order(["z", "a"], 1) == [Key("z", 0), Key("a", 0)]
