"""MultiKernelBench's two backends that run here, on kernels of our own."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import Outcome
from gatewright.eval.suites.kernel_suite import KernelSuite
from gatewright.eval.suites.multikernelbench import _read

ANSWERS = Path(__file__).parents[2] / "fixtures" / "kernels" / "triton"
pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("torch", "triton"))
    or shutil.which("g++") is None,
    reason="torch and triton (make cuda) or g++ are not installed",
)

PROBLEM = """\
import torch
import torch.nn as nn

class Model(nn.Module):
    def __init__(self{parameters}):
        super().__init__(){kept}

    def forward(self, {inputs}):
        return {result}

rows = 12
columns = 48

def get_inputs():
    return [{drawn}]

def get_init_inputs():
    return [{given}]
"""
ROWS = "torch.randn(rows, columns)"
BODIES = {
    "activation/relu": ("x", "torch.relu(x)", ROWS),
    "activation/softmax": ("x", "torch.softmax(x, dim=1)", ROWS),
    "broadcast/add_bias_broadcast": ("x, bias", "x + bias", f"{ROWS}, torch.tensor(3.1415)"),
    "loss/mse_loss": ("a, b", "torch.mean((a - b) ** 2)", f"{ROWS}, {ROWS}"),
    "matmul/standard_matrix_multiplication": (
        "a, b",
        "a @ b",
        f"{ROWS}, torch.randn(columns, rows)",
    ),
    "reduce/sum_reduction_over_a_dimension": (
        "x",
        "torch.sum(x, dim=self.dim, keepdim=True)",
        f"{ROWS}.reshape(rows, 6, columns // 6)",
    ),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("multi")
    for name, (inputs, result, drawn) in BODIES.items():
        path = root / "reference" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        parameters, kept, given = "", "", ""
        if "self.dim" in result:
            parameters, kept, given = ", dim", "\n        self.dim = dim", "1"
        path.write_text(
            PROBLEM.format(
                inputs=inputs,
                result=result,
                drawn=drawn,
                parameters=parameters,
                kept=kept,
                given=given,
            )
        )
    return root


@pytest.fixture(scope="module")
def triton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelSuite]:
    folder = tmp_path_factory.mktemp("weak")
    made = KernelSuite("multikernelbench-triton", _read, triton=True, weak_folder=folder)
    yield made
    made.close()


def code(name: str) -> str:
    return (ANSWERS / f"{name.replace('/', '__')}.py").read_text()


@pytest.mark.parametrize("name", BODIES)
def test_triton_kernels_pass(name: str, data: Path, triton: KernelSuite) -> None:
    problem = next(p for p in triton.load(data).problems if p.id == name)
    candidate = triton.extract(problem, f"```python\n{code(name)}```")
    verdict = triton.harness("official").check(problem, candidate)
    assert (verdict.outcome, verdict.code) == (Outcome.PASS, "pass"), verdict
    assert verdict.tools["device"] == "cpu-emulated"
    assert verdict.metrics["launches"] >= 1


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("activation/relu", "value < 0, 0.0", "value < 0, 0.1 * value", "mismatch"),
        ("activation/softmax", "at < columns, other=-float", "at < 9, other=-float", "mismatch"),
        ("loss/mse_loss", "        return y", "        return y + 0 * targets.sum()", "no_kernel"),
    ],
)
def test_wrong_ones_and_those_that_lean_on_pytorch_fail(
    name: str, old: str, new: str, reason: str, data: Path, triton: KernelSuite
) -> None:
    problem = next(p for p in triton.load(data).problems if p.id == name)
    text = code(name).replace(old, new)
    assert text != code(name)
    candidate = triton.extract(problem, f"```python\n{text}```")
    verdict = triton.harness("official").check(problem, candidate)
    assert (verdict.outcome, verdict.code) == (Outcome.FAIL, reason), verdict


def test_another_kind_of_kernel_is_refused_by_name(data: Path, triton: KernelSuite) -> None:
    problem = next(p for p in triton.load(data).problems if p.id == "activation/relu")
    plain = "import torch\nclass ModelNew(torch.nn.Module):\n    forward = torch.relu\n"
    verdict = triton.harness("official").check(problem, triton.extract(problem, plain))
    assert (verdict.outcome, verdict.code) == (Outcome.FAIL, "no_kernel")
    assert "no Triton kernel" in verdict.diagnostics[0].message
