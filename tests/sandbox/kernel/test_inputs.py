from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import Candidate, KernelSpec, Language, Outcome, Problem, Source, Verdict
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel.plan import Call, Variant
from gatewright.sandbox.kernel.prepared import ReadyCall, prepare
from gatewright.sandbox.kernel.worker import TorchWorker

FOLDER = Path(__file__).parents[2] / "fixtures" / "kernels" / "positive"
CENTRED = Variant("even", None, calls=(Call("centred", seed=3),))

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch: `make cuda`"
)


@pytest.fixture(scope="module")
def worker() -> Iterator[TorchWorker]:
    with TorchWorker(open_isolation()) as opened:
        yield opened


def centred(worker: TorchWorker, body: str, inputs: str) -> ReadyCall:
    """What the one centred call of a problem became."""
    text = f"""import torch
import torch.nn.functional as F
class Model(torch.nn.Module):
    def forward(self, x, *more):
        {body}
def get_inputs():
    return [{inputs}]
"""
    ready, _ = prepare(worker, KernelSpec(Source("p.py", text, Language.PYTHON)), [CENTRED])
    assert not ready[0].error
    return ready[0].calls[0]


def negatives(call: ReadyCall) -> list[bool]:
    """Whether each input that it is called with has negative values."""
    from gatewright.sandbox.kernel.packed import unpack

    return [bool((tensor.array() < 0).any()) for tensor in unpack(call.inputs).tensors]


@pytest.mark.parametrize("drawn", ["torch.rand(8, 64)", "torch.randn(8, 64)"])
def test_inputs_begin_with_values_below_zero(worker: TorchWorker, drawn: str) -> None:
    from gatewright.sandbox.kernel.packed import unpack

    call = centred(worker, "return F.leaky_relu(x)", drawn)
    assert call.distribution == "centred"
    assert call.finite
    values = unpack(call.inputs).tensors[0].array()
    assert (values[0] < 0).all()
    assert (values[-1] > 0).any()


@pytest.mark.parametrize(
    ("body", "inputs"),
    [
        ("return torch.log(x)", "torch.rand(8, 32) + 0.1"),
        ("return torch.sqrt(x)", "torch.rand(8, 32)"),
        ("return F.binary_cross_entropy(x, more[0].round())", "torch.rand(8), torch.ones(8)"),
        ("return F.kl_div(x.log(), x)", "torch.rand(8, 32).softmax(1)"),
        ("return torch.relu(x)", "(torch.rand(8, 32) > 0.5).float()"),
    ],
)
def test_they_stay_where_others_mean_nothing(worker: TorchWorker, body: str, inputs: str) -> None:
    call = centred(worker, body, inputs)
    assert call.distribution == "plain"
    assert call.finite


def test_what_has_to_be_positive_stays_beside_what_need_not_be(worker: TorchWorker) -> None:
    call = centred(worker, "return x / more[0].sqrt()", "torch.rand(8, 32), torch.rand(32) + 0.1")
    assert call.distribution == "centred"
    assert negatives(call) == [True, False]


def test_an_answer_on_which_the_two_precisions_differ_is_no_measure(worker: TorchWorker) -> None:
    body = "return (x + 1e8) - 1e8 if x.min() < 0 else x"
    assert centred(worker, body, "torch.rand(64, 64)").distribution == "plain"


@pytest.fixture(scope="module")
def harness() -> Iterator[KernelHarness]:
    with KernelHarness(open_isolation(), "official", seed=4) as opened:
        yield opened


def checked(harness: KernelHarness, name: str) -> Verdict:
    spec = KernelSpec(Source("p.py", (FOLDER / "problem.py").read_text(), Language.PYTHON))
    source = Source(f"{name}.py", (FOLDER / f"{name}.py").read_text(), Language.PYTHON)
    return harness.check(Problem("leaky", "", harness=spec), Candidate((source,)))


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")
def test_a_leaky_relu_that_returns_its_input_does_not_pass(harness: KernelHarness) -> None:
    verdict = checked(harness, "cheat")
    assert verdict.outcome is Outcome.FAIL
    assert "centred inputs" in verdict.diagnostics[0].message
    assert checked(harness, "honest").code == "pass"
