"""Checks that are asked to stop: their processes end, and the workbench goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewright.agents.workbench import Workbench, WorkbenchLimits
from gatewright.core import Interrupted, Source, UsageError
from gatewright.core.config import load_settings

# Simulates, or is proved, for far longer than anybody waits.
ENDLESS = Source(
    "tb.sv", "module tb; reg c = 0; always #1 c = !c; adder d(4'd1, 4'd2, ); endmodule"
)


def _product(name: str, sum: str) -> Source:
    text = f"""module hard(input [31:0] a, input [31:0] b, output [63:0] p);
  assign p = {sum};
endmodule
"""
    return Source(name, text)


def _stopped_after(seconds: float, work: Callable[[threading.Event], object]) -> float:
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    began = time.monotonic()
    with pytest.raises(Interrupted, match="stopped before"):
        work(stop)
    timer.cancel()
    return time.monotonic() - began


def test_a_simulation_is_stopped(bench: Workbench) -> None:
    took = _stopped_after(
        0.5, lambda stop: bench.verify(["rtl/adder.sv"], testbench=[ENDLESS], stop=stop)
    )
    assert took < 20  # of 60 CPU seconds that it may take
    assert bench.verify(["rtl/adder.sv"], testbench=["tb/tb.sv"]).passed


def test_a_proof_is_stopped(bench: Workbench) -> None:
    one = _product("a.sv", "a * b")
    other = _product("b.sv", "(a + 1) * b - b")
    took = _stopped_after(
        1.0, lambda stop: bench.equivalence([one], [other], time_limit_s=300, stop=stop)
    )
    assert took < 60
    assert bench.equivalence(["rtl/adder.sv"], ["rtl/adder.sv"]).passed


@pytest.mark.parametrize("tool", ["lint", "synth_stats", "schematic"])
def test_nothing_begins_after_it(bench: Workbench, tool: str) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        getattr(bench, tool)(["rtl/adder.sv"], stop=stop)


def test_one_that_waits_for_its_turn_is_stopped(repo: Path, tmp_path: Path) -> None:
    settings = load_settings({"cache_dir": tmp_path / "c"}, environ={}, cwd=tmp_path)
    stop = threading.Event()
    with Workbench([repo], settings=settings, limits=WorkbenchLimits(jobs=1)) as bench:

        def first() -> None:
            with pytest.raises(Interrupted):
                bench.verify(["rtl/adder.sv"], testbench=[ENDLESS], stop=stop)

        running = threading.Thread(target=first)
        running.start()
        _stopped_after(0.3, lambda other: bench.lint(["rtl/adder.sv"], stop=other))
        stop.set()
        running.join(20)
        assert not running.is_alive()


def test_wrong_arguments_are_told_first(bench: Workbench) -> None:
    with pytest.raises(UsageError, match="nothing to check"):
        bench.verify(["rtl/adder.sv"], stop=threading.Event())
