from __future__ import annotations

from collections.abc import Sequence

import pytest

from gatewright.core import (
    Candidate,
    FailureClass,
    GraderService,
    GraderSpec,
    Language,
    Outcome,
    Problem,
    Source,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness.grader import HARDENED, OFFICIAL, GraderHarness
from gatewright.sandbox.isolation import Level, Limits, open_isolation, probe

pytestmark = pytest.mark.skipif(
    not probe().offer(Level.BWRAP).available, reason="no bwrap here, which graders need"
)
RUNNER = """import os
from cocotb.runner import get_runner

def test_runner():
    runner = get_runner(os.getenv("SIM", "icarus"))
    runner.build(
        verilog_sources=os.getenv("VERILOG_SOURCES").split(), hdl_toplevel=os.getenv("TOPLEVEL"),
        always=True, clean=True, timescale=("1ns", "1ns"), log_file="build.log")
    runner.test(hdl_toplevel=os.getenv("TOPLEVEL"), test_module=os.getenv("MODULE"), waves=True)
"""
# Written for cocotb 1.x.
TEST = """import cocotb
from cocotb.binary import BinaryValue
from cocotb.clock import Clock
from cocotb.result import TestFailure
from cocotb.triggers import RisingEdge, Timer

@cocotb.test()
async def counts(dut):
    cocotb.fork(Clock(dut.clk, 10, units="ns").start(cycles=100))
    dut.rst.value = BinaryValue("1", n_bits=1)
    await RisingEdge(dut.clk)
    await Timer(1, units="ns")
    dut.rst.value = 0
    for n in range(5):
        if dut.q.value.integer != n:
            raise TestFailure(f"expected {n}, got {dut.q.value.binstr}")
        await RisingEdge(dut.clk)
        await Timer(1, units="ns")
        assert dut.q.value < 8 and dut.rst.value.integer == 0
"""
COUNTER = """module counter(input clk, input rst, output reg [3:0] q);
  always @(posedge clk) if (rst) q <= 0; else q <= q + 1;
endmodule
"""
PYTEST = ("pytest", "-s", "-o", "cache_dir=/rundir/harness/.cache", "/src/test_runner.py", "-v")
ENVIRONMENT = (
    ("SIM", "icarus"),
    ("TOPLEVEL_LANG", "verilog"),
    ("VERILOG_SOURCES", "/code/rtl/counter.sv"),
    ("TOPLEVEL", "counter"),
    ("MODULE", "test_counter"),
    ("PYTHONPATH", "/src"),
)
FILES = {"src/test_runner.py": RUNNER, "src/test_counter.py": TEST}


def service(name: str, *command: str) -> GraderService:
    return GraderService(name, command or PYTEST, ENVIRONMENT)


def check(
    sources: str | Sequence[Source],
    rules: str = HARDENED,
    *services: GraderService,
    files: dict[str, str] | None = None,
    answers: tuple[str, ...] = ("rtl/counter.sv",),
    limits: Limits | None = None,
) -> Verdict:
    given = tuple(Source(n, t, Language.PYTHON) for n, t in (files or FILES).items())
    spec = GraderSpec(services or (service("direct"),), given, answers)
    if isinstance(sources, str):
        sources = (Source("counter.sv", sources),)
    harness = GraderHarness(open_isolation(Level.BWRAP), rules)
    if limits is not None:
        harness = GraderHarness(harness.isolation, rules, limits)
    return harness.check(Problem("p", "", harness=spec), Candidate(tuple(sources)))


@pytest.mark.parametrize("rules", [OFFICIAL, HARDENED])
def test_a_grader_for_cocotb_1_runs_on_cocotb_2(rules: str) -> None:
    verdict = check(COUNTER, rules)
    assert verdict.passed, verdict.log
    assert (verdict.checks, verdict.mismatches, verdict.code) == (1, 0, "exit 0")
    wrong = check(COUNTER.replace("q + 1", "q + 2"), rules)
    assert (wrong.outcome, wrong.failure_class) == (Outcome.FAIL, FailureClass.MISMATCH)
    assert "expected 1, got 0010" in wrong.tests[0].message


def test_every_service_must_exit_with_0() -> None:
    good, bad = service("good"), service("bad", "sh", "-c", "exit 3")
    assert check(COUNTER, OFFICIAL, good, service("also", "true")).passed
    verdict = check(COUNTER, OFFICIAL, good, bad)
    assert (verdict.outcome, verdict.code, verdict.score) == (Outcome.FAIL, "exit 3", 0.5)


FORGED = """module counter(input clk, input rst, output reg [3:0] q);
  integer f;
  initial begin
    {0}
  end
endmodule
"""


@pytest.mark.parametrize(
    "body",
    [
        "$finish;",
        'f = $fopen("test_runner.result.xml", "w"); $fwrite(f, "<testsuites/>"); $finish;',
        'f = $fopen("/code/rundir/conftest.py", "w"); $fwrite(f, "import os; os._exit(0)");',
        '$dumpfile("/code/rundir/sim_build/test_runner.result.xml"); $dumpvars; $finish;',
    ],
)
def test_no_design_forges_a_pass(body: str) -> None:
    verdict = check(FORGED.format(body))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.UNSAFE)


def test_a_macro_of_one_file_does_not_open_the_gate_for_another() -> None:
    first = Source("rtl/a.sv", "`define LEAVE $finish\n`define ZERO 0\nmodule a; endmodule\n")
    uses = COUNTER.replace("q <= 0", "q <= `ZERO")
    hostile = Source("rtl/counter.sv", uses.replace("endmodule", "initial `LEAVE;\nendmodule"))
    names = ("rtl/a.sv", "rtl/counter.sv")
    assert check((first, hostile), answers=names).failure_class is FailureClass.UNSAFE
    assert check((first, Source("rtl/counter.sv", uses)), answers=names).passed


def test_a_design_cannot_drive_what_the_tests_write() -> None:
    echo = "assert int(dut.q.value) == 0 and int(dut.rst.value) == int(dut.q.value)"
    test = TEST.partition("    cocotb.fork")[0] + (
        "    dut.rst.value = 1\n    await Timer(1, units='ns')\n    " + echo + "\n"
    )
    hostile = (
        "module counter(input clk, input rst, output [3:0] q); assign rst = 0, q = 0;endmodule"
    )
    files = {**FILES, "src/test_counter.py": test}
    assert check(hostile, HARDENED, files=files).outcome is Outcome.FAIL


def test_an_answer_may_only_bring_designs() -> None:
    python = Source("rundir/conftest.py", "import os; os._exit(0)", Language.PYTHON)
    empty = Source("rtl/counter.sv", "module counter; endmodule")
    assert check((empty, python)).failure_class is FailureClass.UNSAFE
    upwards = Source("../src/test_runner.py", "def test_x(): pass", Language.PYTHON)
    assert check((upwards,)).failure_class is FailureClass.NO_CODE


def test_a_grader_that_tests_nothing_decides_nothing() -> None:
    quiet = service("quiet", "true")
    assert check(COUNTER, OFFICIAL, quiet).passed
    verdict = check(COUNTER, HARDENED, quiet)
    assert (verdict.outcome, verdict.failure_class) == (
        Outcome.INCONCLUSIVE,
        FailureClass.NO_CHECKS,
    )


def test_what_a_grader_lacks_is_no_fault_of_the_design() -> None:
    files = {**FILES, "src/test_runner.py": "import absent_bus\n" + RUNNER}
    verdict = check(COUNTER, OFFICIAL, files=files)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the Python package absent_bus" in verdict.diagnostics[0].message
    calls = "import subprocess\ndef test_area():\n    subprocess.run(['openroad'], check=True)\n"
    verdict = check(COUNTER, OFFICIAL, files={**FILES, "src/test_runner.py": calls})
    assert "the program openroad" in verdict.diagnostics[0].message


def test_where_a_design_does_not_compile() -> None:
    verdict = check(COUNTER.replace("q + 1", "q + nothing"))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.ELABORATION)
    assert "nothing" in verdict.diagnostics[0].message


def test_nothing_of_this_machine_is_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    probe_ = (
        "import os, pathlib, socket\ndef test_it():\n"
        "    assert 'OPENAI_API_KEY' not in os.environ\n"
        "    assert not pathlib.Path('/etc/passwd').exists()\n"
        "    assert os.environ['COCOTB_RANDOM_SEED'] == os.environ['RANDOM_SEED']\n"
        "    with __import__('pytest').raises(OSError):\n"
        "        socket.create_connection(('1.1.1.1', 53), 1)\n"
        "    with __import__('pytest').raises(OSError):\n"
        "        open('/src/new.py', 'w')\n"
    )
    verdict = check(COUNTER, OFFICIAL, files={**FILES, "src/test_runner.py": probe_})
    assert verdict.passed, verdict.log


def test_a_grader_that_does_not_end_is_stopped() -> None:
    files = {**FILES, "src/test_runner.py": "def test_it():\n    while True: pass\n"}
    verdict = check(COUNTER, OFFICIAL, files=files, limits=Limits(cpu_s=1.5, address_space_mb=None))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.TIMEOUT)


def test_a_problem_without_a_grader_is_a_misuse() -> None:
    with pytest.raises(UsageError, match="grader"):
        GraderHarness(open_isolation()).check(Problem("p", ""), Candidate(()))
