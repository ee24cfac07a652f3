"""What is said of a problem's module that cannot be run."""

from __future__ import annotations

import importlib.util

import pytest

from gatewright.core import KernelSpec, Language, Source
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel.plan import variants
from gatewright.sandbox.kernel.prepared import ReferenceTooLarge, prepare
from gatewright.sandbox.kernel.worker import TorchWorker

PROBLEM = """
import torch

class Model(torch.nn.Module):
    def forward(self, x):
        return x + 1

def get_inputs():
    return [torch.zeros(eval("30000"), eval("30000"))]

def get_init_inputs():
    return []
"""


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs torch: `make cuda`")
def test_what_cannot_be_made_small_is_too_large_and_no_damaged_file() -> None:
    spec = KernelSpec(Source("p.py", PROBLEM, Language.PYTHON))
    with (
        TorchWorker(open_isolation()) as worker,
        pytest.raises(ReferenceTooLarge, match=r"made small enough.*cannot be checked on a CPU"),
    ):
        prepare(worker, spec, variants(spec, 0, frozenset(), strict=False)[:1])
