from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.agents.harnesses import Harnesses
from gatewright.agents.oracle import Choice, choose
from gatewright.agents.static_check import StaticHarness
from gatewright.agents.windows import Windowed
from gatewright.core import (
    Candidate,
    CocotbSpec,
    Direction,
    FailureClass,
    HarnessSpec,
    Interface,
    KernelSpec,
    Language,
    Oracle,
    Outcome,
    Port,
    Problem,
    ReferenceSpec,
    Source,
    TestbenchSpec,
    Verdict,
)
from gatewright.sandbox.harness import Harness
from gatewright.sandbox.harness.chisel import ChiselHarness
from gatewright.sandbox.isolation import Isolation

BENCH = TestbenchSpec((Source("tb.sv", "module tb; endmodule"),))
TRUSTED = (Source("ref.sv", "module top; endmodule"),)
TABLES = TestbenchSpec((Source("tables.sv", "module tb; endmodule"),))


class NoHarness:
    rules = "none"

    def check(self, problem: Problem, candidate: Candidate) -> object:
        raise AssertionError


def chosen(
    most: Oracle | None,
    own: HarnessSpec | None = None,
    reference: tuple[Source, ...] = (),
    tables: TestbenchSpec | None = None,
) -> Choice:
    def harnesses(spec: HarnessSpec | None) -> Harness:
        return NoHarness()  # type: ignore[return-value]

    problem = Problem("p", "s", top="top", harness=own, reference=reference)
    return choose(problem, most, harnesses, lambda: tables)


@pytest.mark.parametrize(
    ("most", "own", "reference", "tables", "oracle"),
    [
        (None, BENCH, TRUSTED, TABLES, Oracle.GOLDEN),
        (None, CocotbSpec(()), (), None, Oracle.GOLDEN),
        (None, ReferenceSpec(TRUSTED), (), TABLES, Oracle.REFERENCE),
        (None, None, (), TABLES, Oracle.DERIVED),
        (None, None, (), None, Oracle.NONE),
        (Oracle.REFERENCE, BENCH, TRUSTED, TABLES, Oracle.REFERENCE),
        (Oracle.REFERENCE, BENCH, (), TABLES, Oracle.DERIVED),
        (Oracle.DERIVED, BENCH, TRUSTED, TABLES, Oracle.DERIVED),
        (Oracle.DERIVED, BENCH, TRUSTED, None, Oracle.NONE),
        (Oracle.NONE, BENCH, TRUSTED, TABLES, Oracle.NONE),
    ],
)
def test_never_more_than_allowed(
    most: Oracle | None,
    own: HarnessSpec | None,
    reference: tuple[Source, ...],
    tables: TestbenchSpec | None,
    oracle: Oracle,
) -> None:
    choice = chosen(most, own, reference, tables)
    assert choice.oracle is oracle
    assert choice.blind is (oracle is Oracle.NONE)
    assert bool(choice.note) is (most is not None and most is not oracle)
    if oracle is Oracle.DERIVED:
        assert choice.problem.harness == TABLES
    if oracle is Oracle.NONE:
        assert choice.problem.harness is None


@pytest.mark.parametrize("most", [None, *Oracle])
def test_generated_is_made_only_where_it_is_asked_for(most: Oracle | None) -> None:
    made: list[Oracle | None] = []
    problem = Problem("p", "", harness=None, reference=TRUSTED)

    def generated() -> HarnessSpec:
        made.append(most)
        return BENCH

    choice = choose(problem, most, lambda spec: _NoHarness(), lambda: None, generated)
    assert made == ([Oracle.GENERATED] if most is Oracle.GENERATED else [])
    if most is Oracle.GENERATED:
        assert choice.oracle is Oracle.GENERATED
        assert choice.problem.harness == BENCH


def test_the_specifications_own_tables_come_before_a_generated_testbench() -> None:
    problem = Problem("p", "", harness=BENCH, reference=TRUSTED)
    choice = choose(problem, Oracle.GENERATED, lambda spec: _NoHarness(), lambda: TABLES)
    assert choice.oracle is Oracle.DERIVED
    assert "own tables" in choice.note


@pytest.mark.parametrize("most", [Oracle.DERIVED, Oracle.GENERATED, Oracle.NONE])
def test_what_the_specification_gave_does_not_see_the_golden_design(most: Oracle) -> None:
    problem = Problem("p", "", harness=BENCH, reference=TRUSTED)
    choice = choose(problem, most, lambda spec: _NoHarness(), lambda: TABLES, lambda: BENCH)
    assert choice.problem.reference == ()


class _NoHarness:
    rules = "none"

    def check(self, problem: Problem, candidate: Candidate) -> Verdict:
        raise AssertionError("nothing is checked here")


TRUSTING = ReferenceSpec(TRUSTED)


def test_each_kind_has_its_harness(isolation: Isolation) -> None:
    harnesses = Harnesses(isolation)
    for spec, kind in ((None, StaticHarness), (BENCH, Windowed), (TRUSTING, Windowed)):
        made = harnesses(spec)
        assert isinstance(made, ChiselHarness)  # Chisel is built before it gets there
        assert isinstance(made.inner, kind)
    assert harnesses(CocotbSpec(())).rules


PORTS = (
    Port("a", Direction.INPUT),
    Port("b", Direction.INPUT, 4, False, 3, 0),
    Port("y", Direction.OUTPUT),
)
TOP = Problem("p", "s", top="top", interface=Interface("top", PORTS))
CLEAN = "module top (input a, input [3:0] b, output y); assign y = a & b[0]; endmodule"


@pytest.mark.parametrize(
    ("text", "failure", "said"),
    [
        (CLEAN, None, ""),
        (CLEAN.replace("endmodule", "initial $monitor(y); endmodule"), None, ""),
        (CLEAN.replace("& b[0]", "& "), FailureClass.SYNTAX, "expected"),
        (CLEAN.replace("top", "pot"), FailureClass.INTERFACE, "no module top; modules found: pot"),
        (CLEAN.replace("input a,", ""), FailureClass.INTERFACE, "port a is missing"),
        (CLEAN.replace("[3:0]", "[4:0]"), FailureClass.INTERFACE, "must be 4 bits wide, not 5"),
        (CLEAN.replace("output y", "input y"), FailureClass.INTERFACE, "must be output"),
        (CLEAN.replace("output y", "output y, z"), FailureClass.INTERFACE, "z was not asked for"),
        (CLEAN.replace("b[0]", "nothing"), FailureClass.ELABORATION, "nothing"),
        (
            CLEAN.replace("endmodule", "initial $finish; endmodule"),
            FailureClass.UNSAFE,
            "$finish",
        ),
    ],
)
def test_the_static_check(
    text: str, failure: FailureClass | None, said: str, isolation: Isolation
) -> None:
    candidate = Candidate((Source("top.sv", text),))
    verdict = StaticHarness(isolation).check(TOP, candidate)
    assert verdict.failure_class is failure
    assert verdict.outcome is (Outcome.FAIL if failure else Outcome.INCONCLUSIVE)
    assert said in "\n".join(str(diagnostic) for diagnostic in verdict.diagnostics)
    assert not verdict.passed


def test_the_static_check_wants_code(isolation: Isolation) -> None:
    verdict = StaticHarness(isolation).check(TOP, Candidate(()))
    assert verdict.failure_class is FailureClass.NO_CODE


def test_context_is_trusted_and_stands_beside_the_design(isolation: Isolation) -> None:
    context = (Source("lib.sv", "module lib (input x); initial $dumpvars; endmodule"),)
    problem = Problem("p", "s", top="top", context=context)
    text = "module top (input a); lib u (.x(a)); endmodule"
    verdict = StaticHarness(isolation).check(problem, Candidate((Source("top.sv", text),)))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    alone = StaticHarness(isolation).check(TOP, Candidate((Source("top.sv", text),)))
    assert alone.failure_class is FailureClass.INTERFACE


def test_a_reference_that_a_model_wrote_is_a_generated_oracle(isolation: Isolation) -> None:
    spec = KernelSpec(Source("reference.py", "class Model: ..."), generated=True)
    task = Problem("k", "", Language.CUDA, harness=spec)
    for most in (None, Oracle.GENERATED, Oracle.GOLDEN):
        choice = choose(task, most, lambda _: StaticHarness(isolation), lambda: None)
        assert choice.oracle is Oracle.GENERATED
        assert choice.problem.harness is spec
    given = replace(task, harness=replace(spec, generated=False))
    choice = choose(given, None, lambda _: StaticHarness(isolation), lambda: None)
    assert choice.oracle is Oracle.REFERENCE


def test_a_module_that_the_task_shows_is_the_specifications_own(isolation: Isolation) -> None:
    spec = KernelSpec(Source("problem.py", "class Model: ..."))
    task = Problem("k", "class Model: ...", Language.CUDA, harness=spec)
    choice = choose(task, Oracle.DERIVED, lambda _: StaticHarness(isolation), lambda: None)
    assert (choice.oracle, choice.problem.harness, choice.note) == (Oracle.DERIVED, spec, "")


def test_without_an_oracle_a_kernel_meets_the_gate(isolation: Isolation) -> None:
    task = Problem("k", "class Model: ...", Language.CUDA)
    harness = StaticHarness(isolation)
    fixtures = Path(__file__).parents[1] / "fixtures" / "kernels"
    good = (fixtures / "honest" / "plain.py").read_text()
    assert harness.check(task, Candidate((Source("k.py", good),))).outcome is Outcome.INCONCLUSIVE
    bad = harness.check(task, Candidate((Source("k.py", f"import subprocess\n{good}"),)))
    assert bad.failure_class is FailureClass.UNSAFE
