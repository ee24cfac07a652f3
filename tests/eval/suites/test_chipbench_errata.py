from __future__ import annotations

import pytest

from gatewright.core import Problem, Source, TestbenchSpec
from gatewright.eval.suites.chipbench_errata import (
    ERRATA,
    corrected,
    errata_of,
    golden_answer,
    known_faults,
    only_eases,
)

PART = "module part(input a);\nendmodule"
LCM = "self_contain-Prob013_least_common_multiple"


def problem(name: str, testbench: str = "", reference: str = "", spec: str = "") -> Problem:
    golden = (Source("ref.sv", reference),)
    bench = TestbenchSpec((Source("test.sv", testbench),), golden, "tb")
    return Problem(name, spec, top="TopModule", harness=bench, reference=golden)


def bench_of(task: Problem) -> TestbenchSpec:
    assert isinstance(task.harness, TestbenchSpec)
    return task.harness


def fixed(name: str, testbench: str) -> str:
    return bench_of(corrected(problem(name, testbench))).testbench[0].text


def test_outputs_that_are_the_same_match() -> None:
    published = "assign tb_match = ( { a_ref } === ( { a_ref } ^ { a_dut } ^ { a_ref } ) );"
    assert fixed(LCM, published) == (
        "assign tb_match = ( { a_ref } === { a_dut } ) || "
        "( { a_ref } === ( { a_ref } ^ { a_dut } ^ { a_ref } ) );"
    )
    assert fixed("self_contain-Prob012_x", published) == published


def test_the_count_is_printed_where_it_was_not() -> None:
    line = '$display("Simulation finished at %0d ps", $time);'
    assert "Mismatches: %1d in %1d samples" in fixed("cpu_ip-Prob009_cp0_reg", line)
    assert fixed("cpu_ip-Prob007_div", line) == line


def test_what_icarus_cannot_compile_is_taken_out() -> None:
    assert fixed("not_self_contain-Prob006_cpu_top", "initial stats1 = '{default:0};") == ""
    assert fixed("cpu_ip-Prob001_controller", '$dumpfile("w"); $dumpvars(1, a,\n b);') == " "


def test_the_reference_has_submodules_of_its_own() -> None:
    reference = f"module RefModule; part part(.part(x)); other o(); endmodule\n{PART}"
    spec = f"Given:\n{PART.replace('part', 'other')}\n{PART.replace('input a', 'input wrong')}\n"
    found = bench_of(corrected(problem("x", reference=reference, spec=spec))).reference[0].text
    assert "RefModule_part RefModule_part(" in found
    assert "module RefModule_part(input a)" in found
    assert "module RefModule_other(input a)" in found
    assert "wrong" not in found
    assert "module RefModule;" in found


def test_the_golden_answer_brings_what_it_needs() -> None:
    task = problem("x", "`define W 4\nmodule tb;", "module RefModule; part p(); endmodule", PART)
    text = golden_answer(task).text
    assert text.startswith("`define W 4\nmodule TopModule; part p(); endmodule")
    assert text.rstrip().endswith(PART)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        (LCM, {"high-impedance", "dump"}),
        ("timing-Prob021_asynchronous_FIFO", {"same-name", "dump"}),
        ("timing-Prob022_synchronous_FIFO", {"same-name", "dump"}),
        ("arithmetic-Prob021_asynchronous_FIFO", {"borrowed", "dump"}),
        ("not_self_contain-Prob006_cpu_top", {"borrowed", "pattern", "dump"}),
        ("state_machine-Prob003_x", {"dump"}),
    ],
)
def test_each_problem_has_its_errata(name: str, keys: set[str]) -> None:
    assert {each.key for each in errata_of(problem(name))} == keys
    assert only_eases(problem(name)) == (keys == {"dump"})


def test_known_faults_are_told_with_their_reason() -> None:
    known = known_faults((LCM, "arithmetic-Prob021_asynchronous_FIFO"))
    assert set(known) == {LCM}
    assert "takes a z for a difference" in known[LCM]
    assert all(each.what for each in ERRATA)


def test_a_problem_without_a_testbench_stays() -> None:
    bare = Problem("x", "", reference=(Source("r.sv", "module RefModule; endmodule"),))
    assert corrected(bare) == bare
