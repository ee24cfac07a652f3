from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    CocotbSpec,
    DataError,
    FailureClass,
    Language,
    Outcome,
    Problem,
    Source,
    TestbenchSpec,
    ToolMissing,
    UsageError,
    Verdict,
)
from gatewright.sandbox.harness.cocotb import LIMITS, CocotbHarness
from gatewright.sandbox.harness.cocotb_report import read_report
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools import cocotb as tool
from gatewright.sandbox.tools.wave import read_waves

FIXTURES = Path(__file__).parents[1] / "fixtures" / "cocotb"
COUNTER = (FIXTURES / "counter.sv").read_text()
ONE = """import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def holds(dut):
    dut.a.value = 1
    await Timer(1, "ns")
    {0}
"""
WIRE = "module w(input a, output y); assign y = a; endmodule"


def python(name: str, text: str) -> Source:
    return Source(name, text, Language.PYTHON)


def fixture(name: str, file: str) -> Source:
    return python(name, (FIXTURES / file).read_text())


TESTS = (
    fixture("test_counter.py", "counter_tests.py"),
    fixture("counter_model.py", "counter_model.py"),
)


def run(
    design: str,
    *tests: Source,
    top: str = "",
    harness: CocotbHarness | None = None,
    data: tuple[Source, ...] = (),
) -> Verdict:
    harness = harness or CocotbHarness(open_isolation())
    problem = Problem("p", "", top=top, harness=CocotbSpec(tests or TESTS, data))
    return harness.check(problem, Candidate((Source("dut.sv", design),)))


def one(design: str, body: str) -> Verdict:
    return run(design, python("test_one.py", ONE.format(body)))


def test_a_users_file_runs_unchanged() -> None:
    verdict = run(COUNTER)
    assert verdict.passed
    assert (verdict.score, verdict.checks, verdict.mismatches) == (1.0, 5, 0)
    outcomes = {t.name.removeprefix("test_counter."): (t.outcome, t.message) for t in verdict.tests}
    assert outcomes["counts_when_enabled"] == (Outcome.PASS, "")
    assert outcomes["left_for_later"] == (Outcome.INCONCLUSIVE, "skipped")
    assert outcomes["does_not_count_by_two"][1].startswith("failed as expected")
    assert len([name for name in outcomes if name.startswith("wraps")]) == 3
    assert verdict.metrics["assertions"] == 44
    assert set(verdict.tools) == {"iverilog", "cocotb"}
    assert verdict.cpu_s > 0


def test_a_failure_shows_statement_values_and_message() -> None:
    verdict = run(COUNTER.replace("+ 4'd1", "+ 4'd2"))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.MISMATCH)
    message = next(t.message for t in verdict.tests if "counts_when" in t.name)
    assert "test_counter.py:30: assert dut.count.value == model.count" in message
    assert "left is LogicArray('0010', Range(3, 'downto', 0)), right is 1" in message
    assert message.endswith("AssertionError: the count is wrong")
    last = next(t.message for t in verdict.tests if "count_by_two" in t.name)
    assert last == "passed but we expected a failure"
    assert 0 < verdict.score < 1


def test_the_style_of_cocotb_1_runs() -> None:
    verdict = run(COUNTER, fixture("test_old.py", "old_style_tests.py"))
    assert verdict.passed
    assert verdict.checks == 2
    wrong = run(COUNTER.replace("+ 4'd1", "+ 4'd3"), fixture("test_old.py", "old_style_tests.py"))
    assert wrong.failure_class is FailureClass.MISMATCH
    assert "TestFailure: count is 0011" in wrong.tests[0].message


def test_sides_of_an_assertion_are_evaluated_once() -> None:
    body = "seen = []\n    assert seen.append(1) == None\n    assert len(seen) == 1"
    body += "\n    assert dut.y.value == 1"
    assert one(WIRE, body).passed


@pytest.mark.parametrize(
    ("design", "stage"),
    [
        ("", FailureClass.NO_CODE),
        ("module w(input a, output y); assign y = ; endmodule", FailureClass.SYNTAX),
        ("module w(input a, output y); nowhere n(a, y); endmodule", FailureClass.ELABORATION),
        ("module w(input a, output y); initial $finish; endmodule", FailureClass.UNSAFE),
        ("module w(input b, output y); assign y = b; endmodule", FailureClass.INTERFACE),
        ("module w(input a, output y); endmodule module v; endmodule", FailureClass.INTERFACE),
    ],
)
def test_a_design_fails_at_its_stage(design: str, stage: FailureClass) -> None:
    verdict = one(design, "assert dut.y.value == 1")
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, stage)
    assert verdict.diagnostics or verdict.tests


def test_compile_errors_point_into_the_users_file() -> None:
    verdict = one("module w(input a,\n output y);\n nowhere n(a, y);\nendmodule", "pass")
    assert (verdict.diagnostics[0].file, verdict.diagnostics[0].line) == ("dut.sv", 3)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("import cocotb\nimport nowhere_to_be_found\n", 2, "ModuleNotFoundError"),
        ("import cocotb\n\ndef broken(:\n", 3, "SyntaxError"),
        ("import cocotb\nx = 1\nassert x == 2\n", 3, "AssertionError"),
    ],
)
def test_a_test_file_that_does_not_load_is_not_the_designs_fault(
    text: str, line: int, what: str
) -> None:
    verdict = run(WIRE, python("test_one.py", text))
    assert (verdict.outcome, verdict.failure_class) == (
        Outcome.INCONCLUSIVE,
        FailureClass.NO_CHECKS,
    )
    found = verdict.diagnostics[0]
    assert (found.file, found.line) == ("test_one.py", line)
    assert what in found.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "def test_x():\n    pass\n",
        "import cocotb\n@cocotb.test(skip=True)\nasync def t(dut): pass\n",
    ],
)
def test_without_a_test_that_ran_nothing_is_decided(text: str) -> None:
    verdict = run(WIRE, python("test_one.py", text))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.failure_class is FailureClass.NO_CHECKS


def test_a_simulation_that_never_ends_is_stopped() -> None:
    harness = CocotbHarness(open_isolation(), replace(LIMITS, cpu_s=1.5, wall_s=20.0))
    endless = "module w(input a, output y); reg c = 0; always #1 c = ~c; assign y = c; endmodule"
    body = "while True:\n        await Timer(1, 'us')"
    verdict = run(endless, python("test_one.py", ONE.format(body)), harness=harness)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.TIMEOUT)
    assert "during test_one.holds" in verdict.diagnostics[0].message


def test_a_simulation_without_events_fails_its_test() -> None:
    body = "await cocotb.triggers.RisingEdge(dut.a)\n    await cocotb.triggers.RisingEdge(dut.a)"
    verdict = one(WIRE, body)
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.MISMATCH)
    assert "ended prematurely" in verdict.tests[0].message


def test_a_test_that_kills_the_simulator_is_a_crash() -> None:
    verdict = one(WIRE, "import os; os.kill(os.getpid(), 9)")
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.CRASH)


def test_what_a_design_prints_is_no_report() -> None:
    fake = r"{\"event\": \"test\", \"name\": \"test_one.holds\", \"outcome\": \"passed\"}"
    design = f'module w(input a, output y); assign y = 0; initial $display("{fake}"); endmodule'
    verdict = one(design, "assert dut.y.value == 1")
    assert verdict.failure_class is FailureClass.MISMATCH
    assert "outcome" in verdict.log


def test_data_files_lie_beside_the_tests() -> None:
    body = "assert int(open('expected.txt').read()) == 41 + int(dut.y.value)"
    test = python("test_one.py", ONE.format(body))
    assert run(WIRE, test, data=(Source("expected.txt", "42"),)).passed


@pytest.mark.parametrize("name", ["../test_up.py", "gw_design.sv", "a/b.py"])
def test_odd_file_names_are_refused(name: str) -> None:
    with pytest.raises(DataError, match="file name"):
        run(WIRE, python(name, ONE.format("pass")))


def test_a_waveform_is_kept_where_asked(tmp_path: Path) -> None:
    harness = CocotbHarness(open_isolation(), waveform=tmp_path / "kept.vcd")
    verdict = run(COUNTER, harness=harness)
    assert verdict.waveform == str(tmp_path / "kept.vcd")
    assert "count" in {w.name for w in read_waves(tmp_path / "kept.vcd", ["count"]).waves}


def test_another_kind_of_problem_is_refused() -> None:
    problem = Problem("p", "", harness=TestbenchSpec(()))
    with pytest.raises(UsageError):
        CocotbHarness(open_isolation()).check(problem, Candidate(()))


def test_a_python_without_shared_library_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import find_libpython

    monkeypatch.setattr(find_libpython, "find_libpython", lambda: None)
    with pytest.raises(ToolMissing, match=r"apt-get install libpython3"):
        tool._libpython()


def test_a_report_cut_off_is_incomplete() -> None:
    line = b'{"event": "test", "name": "a", "outcome": "passed", "message": "", "kind": "",'
    line += b' "sim_time_ns": 1.0, "assertions": 2}\n'
    whole = b'{"event": "tests", "names": ["a"]}\n' + line + b'{"event": "end"}\n'
    assert read_report(whole).complete
    for cut in range(len(whole) - 1):
        assert not read_report(whole[:cut]).complete
    assert not read_report(whole + line).complete
