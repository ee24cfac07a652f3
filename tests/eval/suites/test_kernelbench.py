from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import cast

import pytest

from gatewright.core import (
    Candidate,
    DataError,
    FailureClass,
    KernelSpec,
    Language,
    Outcome,
    Problem,
    Provenance,
    Source,
    ToolMissing,
    UsageError,
    Verdict,
)
from gatewright.eval import Generations, RunRequest, load_run, run
from gatewright.eval.executors.local import LocalExecutor
from gatewright.eval.published import official_table
from gatewright.eval.suites.kernel_rules import KernelRules
from gatewright.eval.suites.kernel_suite import KernelSuite
from gatewright.eval.suites.kernelbench import KernelBench, kernelbench
from gatewright.eval.suites.registry import open_suite
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.nvcc import open_nvcc

tools_are_here = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or shutil.which("g++") is None,
    reason="torch (make cuda) or g++ is not installed",
)

PROBLEM = """\
import torch
import torch.nn as nn

class Model(nn.Module):
    def forward(self, x):
        return {forward}

batch_size = 16
features = 64

def get_inputs():
    return [torch.randn(batch_size, features)]

def get_init_inputs():
    return []
"""
ANSWER = '''\
import torch
import torch.nn as nn
from torch.utils.cpp_extension import load_inline

cuda = """
#include <torch/extension.h>
__global__ void twice(const float* in, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = 2.0f * in[i];
}
torch::Tensor run(torch::Tensor x) {
    auto out = torch::empty_like(x);
    int n = x.numel();
    twice<<<(n + 127) / 128, 128>>>(x.data_ptr<float>(), out.data_ptr<float>(), n);
    return out;
}
"""
built = load_inline("twice", "torch::Tensor run(torch::Tensor x);", cuda, functions=["run"])

class ModelNew(nn.Module):
    def forward(self, x):
        return built.run(x)
'''


class Late:
    """A harness in which nothing comes to an end."""

    rules = "official"

    def check(
        self, problem: Problem, candidate: Candidate, full: KernelSpec | None = None
    ) -> Verdict:
        return Verdict(Outcome.FAIL, FailureClass.TIMEOUT, code="timeout")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    forwards = {
        "level1/1_twice": "2.0 * x",
        "level1/2_tiny": "x * 1e-7",
        "level2/1_broken": "torch.no_such(x)",
    }
    for name, forward in forwards.items():
        path = root / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(PROBLEM.format(forward=forward))
    return root


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelSuite]:
    made = KernelBench(weak_folder=tmp_path_factory.mktemp("weak"))
    yield made
    made.close()


def answer(text: str = ANSWER) -> Candidate:
    return Candidate((Source("ModelNew.cu", text, Language.CUDA),), Provenance.MODEL)


def test_the_suite_has_its_name_and_wants_its_data() -> None:
    suite = open_suite("kernelbench")
    assert suite.name == "kernelbench"
    with pytest.raises(DataError, match="datasets get kernelbench"):
        suite.load(None)
    with pytest.raises(UsageError, match="no rule set 'soft'"):
        suite.harness("soft")


def test_the_question_holds_the_module_and_the_name_to_define(data: Path) -> None:
    suite = kernelbench()
    problem = suite.load(data).problems[0]
    (message,) = suite.messages(problem)
    assert "class ModelNew(nn.Module)" in message.text
    assert "return 2.0 * x" in message.text
    assert dedent(suite.extract(problem, f"```python\n{ANSWER}```").text) == ANSWER


@tools_are_here
def test_an_answer_is_checked_and_its_problem_weighed(data: Path, suite: KernelSuite) -> None:
    twice, tiny, _ = suite.load(data).problems
    official = suite.harness("official")
    right = official.check(twice, answer())
    assert right.outcome is Outcome.PASS, right
    assert (right.rules, right.tools["device"]) == ("official", "cpu-emulated")
    assert right.metrics["weak"] == 0.0
    wrong = official.check(tiny, answer())
    assert wrong.outcome is Outcome.FAIL
    assert (wrong.metrics["weak"], wrong.metrics["weak_zeros"]) == (1.0, 1.0)
    text = suite.official_table({twice.id: [right], tiny.id: [wrong]})
    assert [line.split()[0:3] for line in text.splitlines() if line.startswith("without")] == [
        ["without", "weak", "1"],
        ["without", "filtered", "1"],
    ]


def test_the_published_table_is_there_for_the_rule_sets_that_a_run_has_by_default(
    data: Path, tmp_path: Path
) -> None:
    answers = tmp_path / "answers.jsonl"
    answers.write_text('{"task": "level1/1_twice", "sample": 0, "response": "I cannot."}\n')
    suite = KernelBench(weak_folder=tmp_path)
    run(RunRequest(suite, tmp_path / "run", Generations(answers), data))
    table = official_table(load_run(tmp_path / "run"), suite)
    suite.close()
    assert "level1    2" in table
    assert "no GPU: nothing was timed" in table


@tools_are_here
def test_an_estimate_that_was_asked_for_is_of_the_gpu_named_and_no_time(data: Path) -> None:
    try:
        open_nvcc(open_isolation())
    except ToolMissing as error:
        pytest.skip(str(error))
    suite = KernelBench()
    with pytest.raises(UsageError, match="nothing is known of the GPU 'Z9'"):
        suite.estimate_for("Z9")
    assert suite.estimate_for("A100") == "NVIDIA A100 SXM4 80GB"
    verdict = suite.harness("official").check(suite.load(data).problems[0], answer())
    suite.close()
    assert verdict.passed, verdict
    assert verdict.tools["static"] == "NVIDIA A100 SXM4 80GB"
    assert 0 < verdict.metrics["static_roof_share_serial"] <= 1
    assert ("speedup" in verdict.metrics) == ("emulated" not in verdict.tools["device"])


def test_a_run_records_torch_and_no_simulator() -> None:
    if importlib.util.find_spec("torch") is None:
        with pytest.raises(ToolMissing, match="torch is not installed"):
            KernelBench().versions()
    else:
        assert set(KernelBench().versions()) == {"torch"}


@tools_are_here
def test_a_run_whose_answers_nvcc_compiles_records_it_too() -> None:
    suite = KernelBench()
    suite.estimate_for("")
    try:
        version = open_nvcc(open_isolation()).version
    except ToolMissing as error:
        pytest.skip(str(error))
    assert suite.versions()["nvcc"] == version
    suite.close()


@tools_are_here
def test_a_module_of_pytorch_is_no_answer_but_runs_as_the_reference(
    data: Path, suite: KernelSuite
) -> None:
    twice, _, broken = suite.load(data).problems
    official = suite.harness("official")
    golden = suite.references(twice)
    assert official.check(twice, golden).outcome is Outcome.PASS
    posing = answer(golden.text.replace("class Model(", "class ModelNew("))
    assert official.check(twice, posing).outcome is Outcome.FAIL
    verdict = official.check(broken, suite.references(broken))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.CRASH)
    assert official.check(broken, answer()).outcome is Outcome.INCONCLUSIVE


@tools_are_here
def test_rules_differ_by_their_tolerance(data: Path, suite: KernelSuite) -> None:
    twice, _, _ = suite.load(data).problems
    off = answer(ANSWER.replace("2.0f * in[i]", "2.001f * in[i]"))
    verdict = suite.harness("legacy").check(twice, off)
    assert (verdict.outcome, verdict.rules) == (Outcome.PASS, "legacy")
    verdict = suite.harness("official").check(twice, off)
    assert (verdict.outcome, verdict.rules) == (Outcome.FAIL, "official")


@tools_are_here
def test_what_is_too_large_to_emulate_is_no_fault_of_an_answer(
    data: Path, suite: KernelSuite
) -> None:
    twice, _, _ = suite.load(data).problems
    fixed = twice.spec.replace("batch_size, features)", 'int("3000"), int("1000"))')
    spec = KernelSpec(Source("large.py", fixed, Language.PYTHON))
    large = replace(twice, id="level1/9_large", spec=fixed, harness=spec)
    rules = suite.harness("official")
    assert isinstance(rules, KernelRules)
    golden = rules.check(large, suite.references(large))
    assert (golden.outcome, golden.metrics["emulable"]) == (Outcome.PASS, 0.0)
    late = cast("KernelHarness", Late())
    verdict = replace(rules, inner=late).check(large, answer())
    assert (verdict.outcome, verdict.code) == (Outcome.INCONCLUSIVE, "too_large")
    assert "3e+06" in verdict.diagnostics[0].message or "6e+06" in verdict.diagnostics[0].message
    verdict = replace(rules, inner=late).check(twice, answer())
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.TIMEOUT)


@tools_are_here
def test_preflight_names_what_is_weak_and_what_does_not_run(data: Path, suite: KernelSuite) -> None:
    from gatewright.eval.preflight import preflight

    result = preflight(suite, data, executor=LocalExecutor(1))
    official = result.rules[0]
    assert (official.ceiling, official.problems) == (2, 3)
    assert [each.problem for each in official.refused] == ["level2/1_broken"]
    assert [(each.problem, each.probes) for each in official.weak] == [
        ("level1/2_tiny", ("zeros", "constant", "replay"))
    ]
    assert result.unprobed == ("level2/1_broken",)
    assert not result.ok


def test_what_a_problem_is_worth_is_remembered_for_reports(tmp_path: Path) -> None:
    suite = KernelBench(weak_folder=tmp_path)
    place = tmp_path / "kernelbench" / "level1__1_a.json"
    place.parent.mkdir()
    place.write_text(
        '{"format": 1, "sha256": "", "weakness": {"needed": {"plain": {"zeros": 1e-5}},'
        ' "filters": [], "elements": 1, "cpu_s": 0}}'
    )
    lines = suite.official_table({"level1/1_a": [None], "level1/2_b": [Verdict(Outcome.FAIL)]})
    assert "weak (1: they pass without computing): level1/1_a" in lines
    assert "unknown of 1" in lines
    place.write_text("{}")
    assert "unknown of 2" in KernelBench(weak_folder=tmp_path).official_table(
        {"level1/1_a": [None], "level1/2_b": [None]}
    )
