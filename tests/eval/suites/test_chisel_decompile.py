"""Golden designs written in Chisel: shown as they are, scored by testbench and by proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import Candidate, FailureClass, Language, Source, ToolMissing, UsageError
from gatewright.eval.suites.chisel_decompile import FORMAL, ChiselDecompile
from gatewright.eval.suites.verilogeval_rules import HARDENED
from gatewright.sandbox.chisel.toolchain import open_toolchain
from tests.eval.suites.test_chisel_eval import RIGHT
from tests.eval.suites.test_verilogeval import REFERENCE, TESTBENCH


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    folder = root / "dataset_spec-to-rtl"
    folder.mkdir()
    (folder / "Prob001_a_prompt.txt").write_text("Invert a.\n")
    (folder / "Prob001_a_ref.sv").write_text(REFERENCE)
    (folder / "Prob001_a_test.sv").write_text(TESTBENCH)
    return root


def test_the_question_is_the_golden_design(data: Path) -> None:
    suite = ChiselDecompile()
    (problem,) = suite.load(data).problems
    _, user = suite.messages(problem)
    assert "module TopModule" in user.text
    assert "RefModule" not in user.text
    assert "Invert a." not in user.text


@pytest.mark.parametrize("rules", ChiselDecompile.rule_sets)
def test_testbench_and_proof_tell_right_from_wrong(rules: str, data: Path) -> None:
    try:
        open_toolchain()
    except ToolMissing as error:
        pytest.skip(str(error))
    suite = ChiselDecompile()
    (problem,) = suite.load(data).problems
    harness = suite.harness(rules)
    assert harness.rules == rules
    for text, failure in (
        (RIGHT, (None,)),
        (RIGHT.replace("!a", "a"), (FailureClass.MISMATCH, FailureClass.NONEQUIVALENT)),
        (RIGHT.replace("!a", "!c"), (FailureClass.SYNTAX,)),
    ):
        source = Source("TopModule.scala", text, Language.CHISEL)
        verdict = harness.check(problem, Candidate((source,)))
        assert verdict.failure_class in failure, verdict
        assert verdict.rules == rules


@pytest.mark.parametrize("rules", (HARDENED, FORMAL))
def test_the_golden_design_passes_itself(rules: str, data: Path) -> None:
    suite = ChiselDecompile()
    (problem,) = suite.load(data).problems
    assert suite.harness(rules).check(problem, suite.references(problem)).passed


def test_an_unknown_rule_set_is_refused() -> None:
    with pytest.raises(UsageError, match="no rule set"):
        ChiselDecompile().harness("official")
