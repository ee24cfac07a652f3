"""VerilogEval asked in Chisel: what is VerilogEval's stays so, what is Chisel's is built first."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import Candidate, FailureClass, Language, Source, ToolMissing, UsageError
from gatewright.eval.suites.chisel_eval import ChiselEval
from gatewright.models import Role
from gatewright.sandbox.chisel.toolchain import open_toolchain
from tests.eval.suites.test_verilogeval import REFERENCE, TESTBENCH

RIGHT = """class TopModule extends RawModule {
  val clk = IO(Input(Clock()))
  val a = IO(Input(Bool()))
  val b = IO(Output(Bool()))
  b := !a
}
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    folder = root / "dataset_spec-to-rtl"
    folder.mkdir()
    (folder / "Prob001_a_prompt.txt").write_text("Invert a.\n")
    (folder / "Prob001_a_ref.sv").write_text(REFERENCE)
    (folder / "Prob001_a_test.sv").write_text(TESTBENCH)
    return root


@pytest.fixture(scope="module")
def suite() -> ChiselEval:
    return ChiselEval()


@pytest.fixture
def chisel() -> None:
    try:
        open_toolchain()
    except ToolMissing as error:
        pytest.skip(str(error))


def answer(text: str) -> Candidate:
    return Candidate((Source("TopModule.scala", text, Language.CHISEL),))


def test_the_problems_are_verilogeval_s_to_be_answered_in_chisel(
    suite: ChiselEval,
    data: Path,
) -> None:
    (problem,) = suite.load(data).problems
    assert problem.language is Language.CHISEL
    assert problem.origin.suite == "verilogeval"  # its errata are this suite's, too
    system, user = suite.messages(problem)
    assert (system.role, user.role) == (Role.SYSTEM, Role.USER)
    assert "class TopModule extends RawModule" in system.text
    assert user.text.startswith("Invert a.")


def test_an_answer_is_read_as_chisel(suite: ChiselEval, data: Path) -> None:
    (problem,) = suite.load(data).problems
    (source,) = suite.extract(problem, f"So:\n```scala\n{RIGHT}```\n").sources
    assert source.language is Language.CHISEL
    imports = "import chisel3._\nimport chisel3.util._"  # which the answer left out
    assert source.text.strip() == f"{imports}\n\n{RIGHT.strip()}"
    assert not suite.extract(problem, "I cannot.").sources


@pytest.mark.parametrize("rules", ChiselEval.rule_sets)
def test_every_rule_set_tells_right_from_wrong(
    rules: str,
    suite: ChiselEval,
    data: Path,
    chisel: None,
) -> None:
    (problem,) = suite.load(data).problems
    harness = suite.harness(rules)
    assert harness.rules == rules
    assert harness.check(problem, answer(RIGHT)).passed
    wrong = harness.check(problem, answer(RIGHT.replace("!a", "a")))
    assert wrong.failure_class is FailureClass.MISMATCH
    broken = harness.check(problem, answer(RIGHT.replace("!a", "!c")))
    assert (broken.failure_class, broken.diagnostics[0].line) == (FailureClass.SYNTAX, 5)


@pytest.mark.parametrize("rules", ChiselEval.rule_sets)
def test_the_golden_verilog_goes_straight_through(
    rules: str,
    suite: ChiselEval,
    data: Path,
) -> None:
    (problem,) = suite.load(data).problems
    assert suite.harness(rules).check(problem, suite.references(problem)).passed


def test_an_unknown_rule_set_is_refused(suite: ChiselEval) -> None:
    with pytest.raises(UsageError, match="no rule set"):
        suite.harness("lenient")
