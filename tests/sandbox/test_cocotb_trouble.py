"""Tests and designs that misbehave under cocotb: each gets a clear verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.core import (
    Candidate,
    CocotbSpec,
    FailureClass,
    Language,
    Outcome,
    Problem,
    Source,
    Verdict,
)
from gatewright.sandbox.harness.cocotb import LIMITS, CocotbHarness
from gatewright.sandbox.isolation import Limits, open_isolation

WIRE = "module w(input a, output y); assign y = a; endmodule"
CHECK = "dut.a.value = 1; await Timer(1, 'ns'); assert dut.y.value == 1"
BRIEF = replace(LIMITS, cpu_s=1.0, wall_s=60.0)
SHORT = replace(LIMITS, cpu_s=60.0, wall_s=3.0)


def run(
    design: str,
    body: str = CHECK,
    before: str = "",
    limits: Limits = LIMITS,
    mark: str = "",
    seed: int | None = None,
    data: tuple[Source, ...] = (),
    reproducible: bool = False,
) -> Verdict:
    text = (
        f"import cocotb, os, random, sys, time\nfrom cocotb.triggers import Timer\n{before}\n"
        f"@cocotb.test({mark})\nasync def holds(dut):\n    {body}\n"
    )
    spec = CocotbSpec((Source("test_it.py", text, Language.PYTHON),), data)
    problem = Problem("p", "", top="w", harness=spec)
    harness = CocotbHarness(open_isolation(), limits, seed=seed, reproducible=reproducible)
    return harness.check(problem, Candidate((Source("dut.sv", design),)))


def state(verdict: Verdict) -> tuple[Outcome, FailureClass | None]:
    return verdict.outcome, verdict.failure_class


@pytest.mark.parametrize(
    "between",
    ["(* keep *)", "(* a // *)", "\n`resetall\n", "\n`default_nettype wire\n", "/* */"],
)
def test_a_path_split_by_what_is_left_out_is_seen(between: str) -> None:
    design = f"module w(input a, output y); assign y = $root {between} . gw_bench ; endmodule"
    assert run(design).failure_class is FailureClass.UNSAFE
    up = f"module w(input a, output y); assign y = elsewhere {between} . hidden . a; endmodule"
    assert run(up).failure_class in (FailureClass.UNSAFE, FailureClass.SYNTAX)


@pytest.mark.parametrize("between", ["(* keep *)", "/* */", ""])
def test_an_honest_path_may_be_split_as_well(between: str) -> None:
    design = (
        f"module w(input a, output y); assign y = sub {between} . n; k sub(a); endmodule"
        " module k(input n); endmodule"
    )
    assert run(design).passed


@pytest.mark.parametrize("body", ["await Timer(1, 'ns')", "pass", "assert dut.y.value is not None"])
def test_tests_that_check_nothing_are_no_pass(body: str) -> None:
    verdict = run(WIRE, body)
    assert state(verdict) == (Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS)
    assert "check nothing" in verdict.diagnostics[0].message


def test_what_a_design_may_not_load() -> None:
    head = "module w(input a, output y); reg [7:0] m [0:3]; assign y = a | m[0][0];"
    own = f'{head} initial $readmemh("own.hex", m); endmodule'
    assert run(own, data=(Source("own.hex", "00 00 00 00"),)).passed
    for name, before in (("test_it.py", ""), ("expected.hex", "WANTED = 'expected.hex'")):
        design = f'{head} initial $readmemh("{name}", m); endmodule'
        verdict = run(design, before=before, data=(Source("expected.hex", "0 0 0 0"),))
        assert verdict.failure_class is FailureClass.UNSAFE


@pytest.mark.parametrize(
    ("before", "stage"),
    [
        ("while True: pass", FailureClass.TIMEOUT),
        ("time.sleep(60)", FailureClass.TIMEOUT),
        ("os._exit(0)", FailureClass.CRASH),
        ("os.abort()", FailureClass.CRASH),
        ("sys.exit(0)", FailureClass.NO_CHECKS),
        ("raise KeyboardInterrupt", FailureClass.NO_CHECKS),
    ],
)
def test_a_file_that_does_not_finish_loading_is_not_the_designs_fault(
    before: str, stage: FailureClass
) -> None:
    verdict = run(WIRE, before=before, limits=SHORT if "sleep" in before else BRIEF)
    assert state(verdict) == (Outcome.INCONCLUSIVE, stage)
    assert "load" in verdict.diagnostics[0].message


@pytest.mark.parametrize(
    ("body", "stage", "said"),
    [
        ("time.sleep(60)", FailureClass.TIMEOUT, "did not end in time"),
        ("while True: pass", FailureClass.TIMEOUT, "used up its CPU time"),
        ("while True: await Timer(1, 'ns')", FailureClass.TIMEOUT, "used up its CPU time"),
        ("os._exit(0)", FailureClass.CRASH, "ended with status 0 before the tests did"),
    ],
)
def test_a_test_that_never_returns_is_stopped(body: str, stage: FailureClass, said: str) -> None:
    verdict = run(WIRE, body, limits=SHORT if "sleep" in body else BRIEF)
    assert state(verdict) == (Outcome.FAIL, stage)
    assert f"{said} during test_it.holds" in verdict.diagnostics[0].message


@pytest.mark.parametrize(
    "body",
    [
        "initial forever #0 ;",
        "reg n = 0; always @(n) n = ~n; initial #1 n = 1;",
        "reg n = 0; always @(n or a) n <= #0 ~n;",
        "reg [30:0] k; initial begin #1 forever k = k + 1; end",
    ],
)
def test_a_design_that_hangs_the_simulation_is_stopped(body: str) -> None:
    verdict = run(f"module w(input a, output y); assign y = a; {body} endmodule", limits=BRIEF)
    assert verdict.outcome is Outcome.FAIL or verdict.passed
    assert verdict.cpu_s < 8


def test_prints_are_no_failure() -> None:
    many = "\n    for _ in range(200): print('x' * 50_000)\n    " + CHECK
    for verdict in (
        run(WIRE, "pass" + many),
        run(WIRE.replace("endmodule", 'initial repeat (99999) $display("%0100d", 1); endmodule')),
    ):
        assert verdict.passed, verdict.diagnostics
        assert len(verdict.log) < 30_000


@pytest.mark.parametrize(
    "fork",
    [
        "if os.fork() == 0: os._exit(0)",
        "if os.fork() == 0: time.sleep(60)",
        "os.fork()",
        "import subprocess; subprocess.Popen(['sleep', '60'])",
        "import threading; threading.Thread(target=time.sleep, args=(1,), daemon=True).start()",
    ],
)
def test_a_test_may_fork(fork: str) -> None:
    verdict = run(WIRE, f"{fork}\n    {CHECK}", limits=replace(SHORT, wall_s=30.0))
    assert verdict.passed, verdict.diagnostics
    wrong = run(
        WIRE.replace("= a", "= 0"), f"{fork}\n    {CHECK}", limits=replace(SHORT, wall_s=30.0)
    )
    assert wrong.outcome is Outcome.FAIL


def test_expected_failures_count_as_such() -> None:
    wrong = "dut.a.value = 1; await Timer(1, 'ns'); assert dut.y.value == 0"
    assert run(WIRE, wrong, mark="expect_fail=True").passed
    other = WIRE.replace("= a", "= ~a")
    verdict = run(other, wrong, mark="expect_fail=True")
    assert state(verdict) == (Outcome.FAIL, FailureClass.MISMATCH)
    skipped = run(WIRE, CHECK, mark="skip=True")
    assert state(skipped) == (Outcome.INCONCLUSIVE, FailureClass.NO_CHECKS)


def test_every_run_has_a_seed_of_its_own_that_can_be_given_again() -> None:
    body = f"{CHECK}; assert random.getrandbits(64) == 0, cocotb.RANDOM_SEED"
    runs = [run(WIRE, body) for _ in range(2)]
    seeds = [verdict.metrics["seed"] for verdict in runs]
    assert seeds[0] != seeds[1]
    bound = [run(WIRE, body, reproducible=True).metrics["seed"] for _ in range(2)]
    assert bound[0] == bound[1] not in seeds
    again = run(WIRE, body, seed=int(seeds[0]))
    assert again.tests[0].message == runs[0].tests[0].message != runs[1].tests[0].message


@pytest.mark.parametrize(
    "body",
    [
        'initial $display("{event: end}"); assign y = 0;',
        "assign y = 0; wire n; assign n = w.a;  assign (supply0, supply1) w.a = 0;",
        "reg y; initial force w.a = 0;",
        "assign y = 0; defparam cocotb.x = 1;",
        "assign y = 1'bz;",
        "assign y = 1'bx;",
    ],
)
def test_no_design_but_the_right_one_passes(body: str) -> None:
    assert not run(f"module w(input a, output y); {body} endmodule").passed
