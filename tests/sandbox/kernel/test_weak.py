from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from textwrap import dedent

import pytest

from gatewright.core import DataError, KernelConfiguration, KernelSpec, Source
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel.prepared import ReferenceTooLarge
from gatewright.sandbox.kernel.weak import PLAIN, SHIFTED, Weakness, weigh
from gatewright.sandbox.kernel.worker import Budget, TorchWorker

torch_is_here = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed (make cuda)"
)


@pytest.fixture(scope="module")
def worker() -> Iterator[TorchWorker]:
    with TorchWorker(open_isolation()) as worker:
        yield worker


def spec(forward: str, init: str = "pass", inputs: str = "[torch.randn(rows, 8)]") -> KernelSpec:
    text = f"""\
        import torch
        import torch.nn as nn

        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                {init}

            def forward(self, x):
                return {forward}

        def get_inputs(rows=64):
            return {inputs}

        def get_init_inputs():
            return []
        """
    return KernelSpec(Source("problem.py", dedent(text)))


@torch_is_here
@pytest.mark.parametrize(
    ("forward", "probes"),
    [
        ("torch.tanh(x)", ()),
        ("x * 1e-6", ("zeros", "constant", "replay")),
        ("torch.full_like(x, 3.0)", ("constant", "replay")),
        ("torch.full_like(x, 3.0).cumsum(0)", ("replay",)),
        ("x.clone()", ("input",)),
    ],
)
def test_what_passes_without_computing(
    worker: TorchWorker, forward: str, probes: tuple[str, ...]
) -> None:
    found = weigh(worker, spec(forward))
    assert found.passing(1e-4) == probes
    assert ("range" in found.filters) == ("zeros" in probes)
    assert ("inputs" in found.filters) == ("replay" in probes)


@torch_is_here
def test_weights_count_where_there_are_any(worker: TorchWorker) -> None:
    linear = spec("self.layer(x)", "self.layer = nn.Linear(8, 8)")
    assert weigh(worker, linear).passing(1e-4) == ()
    little = spec("x.tanh() + 1e-7 * self.layer(x)", "self.layer = nn.Linear(8, 8)")
    assert weigh(worker, little).passing(1e-4) == ("weights",)


@torch_is_here
def test_other_distributions_show_what_the_given_one_hides(worker: TorchWorker) -> None:
    found = weigh(worker, spec("torch.relu(x - 1.0)", inputs="[torch.rand(rows, 8)]"))
    assert "zeros" in found.passing(1e-4)
    assert found.passing(1e-4, PLAIN, SHIFTED) == ()


@torch_is_here
def test_the_first_configuration_is_the_one_tried(worker: TorchWorker) -> None:
    from dataclasses import replace

    one = replace(
        spec("x.sum(1)"),
        configurations=(KernelConfiguration('{"rows": 7}'), KernelConfiguration('{"rows": 900}')),
    )
    assert weigh(worker, one).elements == 7 * 8 + 7


@torch_is_here
def test_a_reference_that_fails_is_said(worker: TorchWorker) -> None:
    with pytest.raises(DataError, match=r"problem\.py: the reference cannot be run.*no_such"):
        weigh(worker, spec("torch.no_such(x)"))


def test_a_probe_passes_where_it_needs_no_more_than_the_tolerance() -> None:
    found = Weakness({PLAIN: {"zeros": 1e-4, "input": 1.0}, SHIFTED: {"zeros": 0.5}})
    assert found.passing(1e-4) == ("zeros",)
    assert found.passing(9e-5) == ()
    assert found.passing(0.5, PLAIN, SHIFTED) == ("zeros",)
    assert found.passing(0.1, PLAIN, SHIFTED) == ()
    assert Weakness().passing(1.0) == ()


@torch_is_here
def test_a_reference_that_takes_too_long_is_no_damaged_file(worker: TorchWorker) -> None:
    endless = "next(x for _ in iter(int, 1) if x is None)"
    with pytest.raises(ReferenceTooLarge, match=r"cannot be run.*too much time or memory"):
        weigh(worker, spec(endless), Budget(cpu_s=1, wall_s=30, memory_mb=4096))
