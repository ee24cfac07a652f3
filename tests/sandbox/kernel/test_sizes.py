"""Faults that only some sizes show."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import Candidate, KernelSpec, Language, Outcome, Problem, Source, Verdict
from gatewright.sandbox.harness.kernel import KernelHarness
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel.plan import Call, Variant
from gatewright.sandbox.kernel.prepared import prepare
from gatewright.sandbox.kernel.worker import TorchWorker

FOLDER = Path(__file__).parents[2] / "fixtures" / "kernels" / "tiles"
pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("torch") is None, reason="needs torch: `make cuda`"
    ),
    pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++"),
]


@pytest.fixture(scope="module", params=["official", "strict"])
def harness(request: pytest.FixtureRequest) -> Iterator[KernelHarness]:
    with KernelHarness(open_isolation(), request.param, seed=5) as opened:
        yield opened


def checked(harness: KernelHarness, name: str) -> Verdict:
    spec = KernelSpec(Source("p.py", (FOLDER / "problem.py").read_text(), Language.PYTHON))
    source = Source(f"{name}.py", (FOLDER / f"{name}.py").read_text(), Language.PYTHON)
    return harness.check(Problem("product", "", harness=spec), Candidate((source,)))


def test_what_is_read_before_it_is_written_at_odd_sizes_only(harness: KernelHarness) -> None:
    verdict = checked(harness, "early_exit")
    if harness.rules == "official":
        assert (verdict.outcome, verdict.code) == (Outcome.PASS, "shape_bound")
    else:
        assert (verdict.outcome, verdict.code) == (Outcome.FAIL, "uninitialised")


def test_a_race_is_one_at_all_sizes(harness: KernelHarness) -> None:
    verdict = checked(harness, "race")
    assert verdict.outcome is Outcome.FAIL


@pytest.mark.parametrize("turn", [0, 1])
def test_one_size_is_longer_than_a_block_of_threads(turn: int) -> None:
    text = """import torch
class Model(torch.nn.Module):
    def forward(self, x):
        return x.sum(1)
batch_size = 128
dim1 = 4096
dim2 = 4095
def get_inputs():
    return [torch.rand(batch_size, dim1, dim2)]
"""
    wanted = Variant("ragged", 100_000, 4_000_000, ragged=True, long=1100, turn=turn)
    with TorchWorker(open_isolation()) as worker:
        spec = KernelSpec(Source("p.py", text, Language.PYTHON))
        (ready,), _ = prepare(worker, spec, [replace(wanted, calls=(Call(),))])
    sizes = {name: now for name, _, now in ready.values}
    long, short = ("dim1", "dim2") if turn == 0 else ("dim2", "dim1")
    assert sizes[long] > 1024 > 256 > sizes[short]
    assert ready.elements <= 2 * wanted.elements
