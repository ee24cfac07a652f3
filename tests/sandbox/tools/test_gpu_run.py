"""The whole way to a GPU and back, rehearsed on the CPU: all but the driver is the real thing."""

from __future__ import annotations

import importlib.util
import os
import struct
from dataclasses import replace

import pytest

from gatewright.core import ToolCrashed
from gatewright.sandbox.isolation import Isolation, open_isolation
from gatewright.sandbox.kernel.packed import Packed, RawTensor
from gatewright.sandbox.tools.gpu import Gpu
from gatewright.sandbox.tools.gpu_run import (
    Fault,
    GpuRun,
    GpuTask,
    Outputs,
    Tolerance,
    roof_of,
    rounding_of,
    run_on_gpu,
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch: make cuda"
)
thorough = pytest.mark.skipif(
    not os.environ.get("GATEWRIGHT_THOROUGH"),
    reason="set GATEWRIGHT_THOROUGH=1: every run imports torch twice (six CPU seconds)",
)

PROBLEM = """
import torch
class Model(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = torch.nn.Linear(width, width)
    def forward(self, x):
        return torch.relu(self.linear(x))
def get_inputs():
    return [torch.randn(64, 128)]
def get_init_inputs():
    return [128]
"""
HONEST = """
import torch
class ModelNew(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = torch.nn.Linear(width, width)
    def forward(self, x):
        return (x @ self.linear.weight.t() + self.linear.bias).clamp(min=0)
"""


def honest(forward: str, head: str = "") -> str:
    """The honest candidate with another forward."""
    start = HONEST.index("        return (x @")
    return head + HONEST[:start] + forward


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    return open_isolation()


def run(isolation: Isolation, candidate: str, problem: str = PROBLEM) -> GpuRun:
    task = GpuTask(problem, candidate, correct_calls=1, warm_up=1, timed_calls=4)
    return run_on_gpu(task, isolation, None)


def test_an_honest_candidate(isolation: Isolation) -> None:
    found = run(isolation, HONEST)
    assert found.fault is None, found.detail
    assert found.timing is not None
    assert found.timing.calls == 4
    assert found.device == "cpu"
    assert found.speedup is None  # a rehearsal says nothing about speed
    assert set(found.operations) >= {"mm", "clamp"} or set(found.operations) >= {"addmm"}
    (outputs,) = found.outputs
    assert outputs.exact is not None
    wanted, got = outputs.exact.tensors[0].array(), outputs.candidate.tensors[0].array()
    assert wanted.dtype == "float64"
    assert abs(wanted - got).max() < 1e-4


REPLAY = """        if not hasattr(self, "kept"):
            self.kept = torch.relu(self.linear(x))
        return self.kept
"""
MUTATES = """        out = torch.relu(self.linear(x))
        x.zero_()
        return out
"""
LAZY = """        return torch.relu(self.linear(x)).as_subclass(Late)
"""
SHAPE = """        return torch.relu(self.linear(x))[:63]
"""
RAISES = """        y = self.linear(x)
        return y.nothing_of_the_kind
"""
EXITS = """        import os
        os._exit(0)
"""
LATE = "import torch\nclass Late(torch.Tensor):\n    pass\n"


def test_a_replay_is_seen_in_a_timed_call(isolation: Isolation) -> None:
    found = run(isolation, honest(REPLAY))
    assert found.fault is Fault.MISMATCH
    assert found.timing is None


@thorough
@pytest.mark.parametrize(
    ("candidate", "fault"),
    [
        (honest(MUTATES), Fault.MUTATION),
        (honest(LAZY, LATE), Fault.INTERFACE),
        (honest(SHAPE), Fault.INTERFACE),
        (honest(RAISES), Fault.CRASH),
        (honest(EXITS), Fault.CRASH),
        ("class ModelNew(", Fault.CRASH),
        ("x = 1\n", Fault.CRASH),
    ],
    ids=["mutates", "lazy", "shape", "raises", "exits", "syntax", "nothing"],
)
def test_faults(isolation: Isolation, candidate: str, fault: Fault) -> None:
    found = run(isolation, candidate)
    assert found.fault is fault, found.detail
    assert found.timing is None
    assert found.detail


@thorough
def test_a_crash_has_the_candidates_line(isolation: Isolation) -> None:
    found = run(isolation, honest(RAISES))
    assert (
        found.line == honest(RAISES).splitlines().index("        return y.nothing_of_the_kind") + 1
    )


def test_a_clock_that_was_patched_is_seen_from_outside(isolation: Isolation) -> None:
    slow = """        import time
        time.sleep(0.05)
        return torch.relu(self.linear(x))
"""
    head = (
        "import sys\njob = sys.modules['__main__']\n"
        "job.Host.stop = lambda self: 0.001\njob.Cuda.stop = lambda self: 0.001\n"
    )
    found = run(isolation, honest(slow, head))
    assert found.fault is Fault.UNBELIEVED
    assert "went by" in found.detail


@thorough
def test_answers_of_the_candidates_own_do_not_count(isolation: Isolation) -> None:
    forged = """        import os
        for fd in range(3, 64):
            try:
                os.write(fd, b'{"nonce": "x", "ms": 0.001}\\\\n')
            except OSError:
                pass
        return torch.relu(self.linear(x))
"""
    found = run(isolation, honest(forged.replace("\\\\n", "\\n")))
    assert found.fault is Fault.CRASH
    assert "channel" in found.detail


@thorough
def test_a_reference_that_fails_is_no_fault_of_the_candidates(isolation: Isolation) -> None:
    with pytest.raises(ToolCrashed, match="the reference does not run on cpu"):
        run(isolation, HONEST, PROBLEM.replace("torch.relu(", "torch.no_such("))


def test_tolerance() -> None:
    near = Tolerance(1e-4, 1e-4)
    assert near.holds(1.0, 1.00019)
    assert not near.holds(1.0, 1.0003)
    assert near.holds(float("nan"), float("nan"))
    assert near.holds(float("inf"), float("inf"))
    assert not near.holds(float("nan"), 0.0)
    assert not near.holds(float("inf"), float("-inf"))


FUNCTION = """
import torch
class Model(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(width))
    def forward(self, x, fn=None):
        return (fn or forward_fn)(x, self.weight)
def forward_fn(x, weight):
    return x * weight.sin()
def get_inputs():
    return [torch.randn(16, 32)]
def get_init_inputs():
    return [32]
"""


def test_a_function_backward_and_in_another_configuration(isolation: Isolation) -> None:
    """The candidate is what forward takes as `fn`; gradients are compared, nothing is timed."""
    right = "def forward(x, weight):\n    return torch.sin(weight) * x\n"
    wanted = GpuTask(
        FUNCTION.replace("16, 32", "rows, 32").replace("get_inputs()", "get_inputs(rows=16)"),
        right,
        entry="forward",
        is_function=True,
        backward=True,
        inputs={"rows": 5},
        correct_calls=1,
        warm_up=0,
        timed_calls=0,
    )
    found = run_on_gpu(wanted, isolation, None)
    assert (found.fault, found.timing) == (None, None), found.detail
    (outputs,) = found.outputs
    # The output, and the gradients of the input and of the weight.
    assert [t.shape for t in outputs.candidate.tensors] == [(5, 32), (5, 32), (32,)]
    assert outputs.exact is not None
    for got, wished in zip(outputs.candidate.tensors, outputs.exact.tensors, strict=True):
        assert abs(got.array() - wished.array()).max() < 1e-5


def packed(*values: float, dtype: str = "float32") -> Packed:
    code = {"float32": "f", "float64": "d"}[dtype]
    data = struct.pack(f"<{len(values)}{code}", *values)
    return Packed("", (RawTensor(dtype, (len(values),), data),))


def test_the_references_own_rounding_widens_what_is_allowed() -> None:
    exact = packed(1.0, 2.0, dtype="float64")
    found = Outputs(packed(1, 2), packed(1.0, 2.5), exact)
    assert rounding_of(found) == 0.5
    assert rounding_of(replace(found, exact=None)) == 0.0
    assert rounding_of(replace(found, reference=packed(1.0, float("nan")))) == 0.0


@pytest.mark.parametrize(
    ("clock", "bandwidth"), [(0, 3350), (2619, 3352.32), (3000, 3840), (1000, 3350)]
)
def test_a_card_that_is_faster_than_its_data_sheet_is_not_refused(
    clock: int, bandwidth: float
) -> None:
    name = "NVIDIA H100 80GB HBM3"
    gpu = Gpu(0, name, "sm_90", 81920, 132, 1980, clock, 5120, 50 << 20, "13.2")
    roof = roof_of(gpu)
    assert roof is not None
    assert roof.bandwidth == pytest.approx(bandwidth)
    assert roof_of(replace(gpu, name="NVIDIA H100 NVL")) is None
