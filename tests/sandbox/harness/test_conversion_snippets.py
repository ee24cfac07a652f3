"""Synthesizable SystemVerilog: simulated on Icarus through conversion, equal to Verilator's.

Each fixture's last line records what Verilator saw; GATEWRIGHT_THOROUGH=1 has it look again.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    Direction,
    Interface,
    Outcome,
    Problem,
    Source,
    TestbenchSpec,
    ToolMissing,
    Verdict,
)
from gatewright.sandbox.harness.conversion import Converted, convert
from gatewright.sandbox.harness.reference_roles import elaborate
from gatewright.sandbox.harness.simulators import SimulatorChoice
from gatewright.sandbox.harness.testbench import TestbenchHarness
from gatewright.sandbox.harness.testbench_bench import prepare
from gatewright.sandbox.harness.testbench_design import Design, Refused, ready
from gatewright.sandbox.integrity import GatePolicy
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.tools.verilator import open_verilator

SNIPPETS = sorted((Path(__file__).parents[2] / "fixtures" / "systemverilog").glob("*.sv"))
BEYOND = sorted((SNIPPETS[0].parent / "verilator").glob("*.sv"))
_RECORDED = re.compile(r"^// Verilator: ([0-9a-f]{8})$", re.MULTILINE)
_SEEN = re.compile(r"^Sum ([0-9a-fx]{8})$", re.MULTILINE)
_ALWAYS = {"struct_ports", "interface_modport"}
_STEPS = 300


def bench(interface: Interface) -> str:
    """Drives all inputs from one xorshift generator, and folds all outputs into one sum."""
    names = {port.name for port in interface.ports}
    inputs = [p for p in interface.inputs if p.name not in ("clk", "rst")]
    outputs = [p for p in interface.ports if p.direction is Direction.OUTPUT]
    declared = [f"reg [{p.width - 1}:0] {p.name} = 0;" for p in inputs]
    declared += [f"wire [{p.width - 1}:0] {p.name};" for p in outputs]
    drive = "".join(f"draw; {p.name} = tb_state[{min(p.width, 64) - 1}:0];" for p in inputs)
    width = sum(p.width for p in outputs)
    words = " ^ ".join(f"tb_all[{32 * n} +: 32]" for n in range(-(-width // 32)))
    connected = ", ".join(f".{p.name}({p.name})" for p in interface.ports)
    sensed = ", ".join(p.name for p in outputs)
    steps = "rst = 0;" if "rst" in names else ""
    return f"""
module tb;
  reg clk = 0, rst = 1;
  {" ".join(declared)}
  reg [63:0] tb_state = 64'h9e3779b97f4a7c15;
  reg [31:0] tb_sum = 0;
  integer tb_n = 0, tb_unknown = 0;
  wire [{-(-width // 32) * 32 - 1}:0] tb_all = {{{sensed}}};
  dut u ({connected});
  task draw;
    begin
      tb_state = tb_state ^ (tb_state << 13);
      tb_state = tb_state ^ (tb_state >> 7);
      tb_state = tb_state ^ (tb_state << 17);
    end
  endtask
  task look;
    begin
      #1 tb_sum = {{tb_sum[26:0], tb_sum[31:27]}} ^ ({words});
      tb_n = tb_n + 1;
      if ((^tb_all) === 1'bx) tb_unknown = tb_unknown + 1;
    end
  endtask
  initial begin
    repeat (4) begin #1 clk = 1; #1 clk = 0; end
    {steps}
    repeat ({_STEPS}) begin
      {drive}
      look; clk = 1; look; clk = 0; look;
    end
    $display("Sum %h", tb_sum);
    $display("Mismatches: %1d in %1d samples", tb_unknown, tb_n);
    $finish;
  end
endmodule
"""


def problem_of(path: Path) -> tuple[Problem, Source]:
    source = Source(path.name, path.read_text())
    interface, _ = elaborate([source], "dut")
    spec = TestbenchSpec((Source("tb.sv", bench(interface)),))
    return Problem(path.stem, "", top="dut", harness=spec), source


def vetted(problem: Problem, source: Source) -> Design:
    assert isinstance(problem.harness, TestbenchSpec)
    made = ready(
        problem, Candidate((source,)), prepare(problem.harness, "dut"), GatePolicy(delays=False)
    )
    if isinstance(made, Refused):
        assert made.coupled is not None, made.diagnostics
        return made.coupled
    return made


def seen(verdict: Verdict) -> str:
    found = _SEEN.search(verdict.log)
    assert verdict.outcome is Outcome.PASS, verdict
    assert found is not None
    return found[1]


def recorded(source: Source) -> str:
    found = _RECORDED.search(source.text)
    assert found is not None, f"{source.name} has no record of Verilator's result"
    return found[1]


def need_verilator(isolation: Isolation) -> None:
    try:
        open_verilator(isolation)
    except ToolMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def isolation() -> Isolation:
    return open_isolation()


def test_there_are_a_hundred() -> None:
    assert len(SNIPPETS) >= 100


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda path: path.stem)
def test_icarus_sees_through_conversion_what_verilator_saw(
    path: Path, isolation: Isolation
) -> None:
    problem, source = problem_of(path)
    assert isinstance(problem.harness, TestbenchSpec)
    design = vetted(problem, source)
    made = convert(design, prepare(problem.harness, "dut"), isolation)
    assert isinstance(made, Converted), made
    harness = TestbenchHarness(isolation, simulator=SimulatorChoice.ICARUS)
    assert seen(harness.check(problem, Candidate((made.source,)))) == recorded(source)


def test_auto_converts_only_what_icarus_refuses(isolation: Isolation) -> None:
    harness = TestbenchHarness(isolation, simulator=SimulatorChoice.AUTO)
    for name, converted in (
        ("always_ff", False),
        ("struct_ports", True),
        ("inside_operator", True),
    ):
        path = next(p for p in SNIPPETS if p.stem == name)
        problem, source = problem_of(path)
        verdict = harness.check(problem, Candidate((source,)))
        assert seen(verdict) == recorded(source)
        assert any(d.code == "converted" for d in verdict.diagnostics) is converted


@pytest.mark.parametrize("path", BEYOND, ids=lambda path: path.stem)
def test_what_the_conversion_cannot_do_goes_to_verilator(path: Path, isolation: Isolation) -> None:
    need_verilator(isolation)
    problem, source = problem_of(path)
    harness = TestbenchHarness(isolation, simulator=SimulatorChoice.AUTO)
    verdict = harness.check(problem, Candidate((source,)))
    assert seen(verdict) == recorded(source)
    assert verdict.tools["verilator"]


def test_without_verilator_the_verdict_says_what_may_help(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gatewright.sandbox.tools import verilator

    monkeypatch.setattr(verilator, "installed", lambda: "")
    problem, source = problem_of(BEYOND[0])
    harness = TestbenchHarness(isolation, simulator=SimulatorChoice.AUTO)
    verdict = harness.check(problem, Candidate((source,)))
    assert verdict.outcome is Outcome.FAIL
    said = " ".join(map(str, verdict.diagnostics))
    assert f"{source.name}:" in said
    assert "unsupported language feature" in said
    assert "gatewright doctor --install verilator" in said


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda path: path.stem)
def test_the_record_is_what_verilator_sees(path: Path, isolation: Isolation) -> None:
    if path.stem not in _ALWAYS and not os.environ.get("GATEWRIGHT_THOROUGH"):
        pytest.skip("set GATEWRIGHT_THOROUGH=1 to simulate every snippet on Verilator")
    need_verilator(isolation)
    problem, source = problem_of(path)
    harness = TestbenchHarness(isolation, simulator=SimulatorChoice.VERILATOR)
    assert seen(harness.check(problem, Candidate((source,)))) == recorded(source)
