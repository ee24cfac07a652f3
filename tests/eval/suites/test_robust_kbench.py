"""robust-kbench's tasks, forward and backward, with answers that are right, wrong and bound."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import (
    Candidate,
    FailureClass,
    KernelSpec,
    Language,
    Outcome,
    Provenance,
    Source,
    TestResult,
    Verdict,
)
from gatewright.eval.suites.kernel_rules import failed_configurations
from gatewright.eval.suites.robust_kbench import RobustKBench

tools_are_here = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or shutil.which("g++") is None,
    reason="torch (make cuda) or g++ is not installed",
)

FORWARD = """\
import torch
import torch.nn as nn

def forward_fn(x, weight):
    return x * weight

class Model(nn.Module):
    def __init__(self, features: int, start: str = "ones"):
        super().__init__()
        made = torch.ones(features) if start == "ones" else torch.randn(features)
        self.weight = nn.Parameter(made)

    def forward(self, x, fn=forward_fn):
        return fn(x, self.weight)

def get_inputs(batch_size: int = 4, features: int = 8):
    return [torch.randn(batch_size, features{grad})]
"""
AUTOGRAD = """\

class AutogradFunction(torch.autograd.Function):
    backward_fn = None

    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        return x * weight

    @staticmethod
    def backward(ctx, grad_output):
        return AutogradFunction.backward_fn(ctx.saved_tensors, grad_output)
"""
HEAD = """\
#include <torch/extension.h>
#include <tuple>

"""
KERNEL = """\
__global__ void scaled(const float* x, const float* w, float* y, int n, int features) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = x[i] * w[i % features];
}
torch::Tensor run(torch::Tensor x, torch::Tensor w) {
    TORCH_CHECK(x.is_cuda() && w.is_cuda(), "not on the GPU");
    CHECK_SIZE
    auto y = torch::empty_like(x);
    int n = x.numel(), features = w.numel();
    scaled<<<(n + 127) / 128, 128>>>(
        x.data_ptr<float>(), w.data_ptr<float>(), y.data_ptr<float>(), n, features);
    return y;
}
PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) { m.def("forward", &run); }
"""
BACKWARD = """\
__global__ void grads(const float* x, const float* w, const float* g, float* dx, float* dw,
                      int rows, int features) {
    int f = blockIdx.x * blockDim.x + threadIdx.x;
    if (f >= features) return;
    float sum = 0.0f;
    for (int r = 0; r < rows; ++r) {
        int i = r * features + f;
        dx[i] = g[i] * w[f];
        sum += g[i] * x[i];
    }
    dw[f] = sum;
}
py::tuple run(py::tuple saved, const torch::Tensor& grad) {
    auto x = saved[0].cast<torch::Tensor>(), w = saved[1].cast<torch::Tensor>();
    TORCH_CHECK(saved.size() == 2 && grad.is_cuda() && x.is_cuda(), "not on the GPU");
    auto g = grad.contiguous();
    auto dx = torch::empty_like(x), dw = torch::empty_like(w);
    int rows = x.size(0), features = x.size(1);
    grads<<<(features + 127) / 128, 128>>>(
        x.data_ptr<float>(), w.data_ptr<float>(), g.data_ptr<float>(), dx.data_ptr<float>(),
        dw.data_ptr<float>(), rows, features);
    return py::make_tuple(dx, dw);
}
PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) { m.def("backward", &run); }
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("robust")
    task = root / "tasks" / "scale"
    task.mkdir(parents=True)
    (task / "func_forward.py").write_text(FORWARD.format(grad=""))
    (task / "func_backward.py").write_text(FORWARD.format(grad=", requires_grad=True") + AUTOGRAD)
    lists = {
        "multi_input_configs": [{"batch_size": 1024}, {"batch_size": 2048}],
        "multi_init_configs": [{"start": "ones"}, {"start": "random"}],
        "multi_shared_configs": [{"features": 64}, {"features": 128}],
    }
    for direction in ("forward", "backward"):
        (task / f"config_{direction}.json").write_text(json.dumps(lists))
    return root


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RobustKBench]:
    made = RobustKBench(weak_folder=tmp_path_factory.mktemp("weak"))
    yield made
    made.close()


def answer(text: str, size: str = "") -> Candidate:
    code = HEAD + text.replace("CHECK_SIZE", size)
    return Candidate((Source("answer.cu", code, Language.CUDA),), Provenance.MODEL)


@tools_are_here
def test_forward_holds_in_all_configurations_or_fails(data: Path, suite: RobustKBench) -> None:
    forward, _ = suite.load(data).problems
    official = suite.harness("official")
    right = official.check(forward, answer(KERNEL))
    assert (right.outcome, right.code, right.rules) == (Outcome.PASS, "pass", "official"), right
    assert right.metrics["variants"] == 8
    ignoring = answer(KERNEL.replace("* w[i % features]", ""))
    wrong = official.check(forward, ignoring)
    assert wrong.outcome is Outcome.FAIL
    assert failed_configurations(wrong)
    assert len(failed_configurations(wrong)) < 8  # weights of one hide it


@tools_are_here
def test_a_reference_must_run_in_every_configuration(data: Path, suite: RobustKBench) -> None:
    forward, _ = suite.load(data).problems
    official = suite.harness("official")
    golden = official.check(forward, suite.references(forward))
    assert (golden.outcome, golden.checks) == (Outcome.PASS, 8 * 3), golden
    assert isinstance(forward.harness, KernelSpec)
    broken = forward.harness.reference.text.replace("torch.randn(features)", "torch.no(features)")
    reference = replace(forward.harness.reference, text=broken)
    later = replace(forward, harness=replace(forward.harness, reference=reference))
    verdict = official.check(later, suite.references(later))
    assert (verdict.outcome, verdict.failure_class) == (Outcome.FAIL, FailureClass.CRASH)
    assert "configuration" in verdict.diagnostics[0].message


@tools_are_here
def test_backward_is_judged_by_gradients_and_its_own_operations(
    data: Path, suite: RobustKBench
) -> None:
    _, backward = suite.load(data).problems
    official = suite.harness("official")
    right = official.check(backward, answer(BACKWARD))
    assert (right.outcome, right.code) == (Outcome.PASS, "pass"), right
    assert right.metrics["torch_ops"] == 0  # the forward pass is the problem's
    wrong = official.check(backward, answer(BACKWARD.replace("sum += g[i] * x[i]", "sum += g[i]")))
    assert (wrong.outcome, wrong.code) == (Outcome.FAIL, "mismatch")


@tools_are_here
def test_what_fails_at_reduced_sizes_alone_is_bound_to_sizes(
    data: Path, suite: RobustKBench
) -> None:
    forward, _ = suite.load(data).problems
    large_only = answer(KERNEL, 'TORCH_CHECK(x.size(0) >= 1024, "too small");')
    lenient = suite.harness("official").check(forward, large_only)
    assert (lenient.outcome, lenient.code) == (Outcome.PASS, "shape_bound")
    assert lenient.metrics["shape_bound"] == 1.0
    strict = suite.harness("strict").check(forward, large_only)
    assert (strict.outcome, strict.failure_class) == (Outcome.FAIL, FailureClass.MISMATCH)


def test_the_configurations_that_fail_are_read_from_the_stages() -> None:
    stages = [
        TestResult("compile", Outcome.FAIL, ""),
        TestResult("emulate: configuration 3", Outcome.FAIL, ""),
        TestResult("emulate: configuration 4", Outcome.PASS, ""),
        TestResult("emulate: configuration 12", Outcome.FAIL, ""),
    ]
    verdict = replace(Verdict(Outcome.FAIL), tests=tuple(stages))
    assert failed_configurations(verdict) == (3, 12)
