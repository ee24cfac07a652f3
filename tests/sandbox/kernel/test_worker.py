from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.kernel.worker import Budget, TorchWorker

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch: `make cuda`"
)
JOB = "gatewright.sandbox.kernel.inside.reference:run"
PROBLEM = """import os, torch
class Model(torch.nn.Module):
    def forward(self, x):
        {line}
        return x + 1
def get_inputs():
    return [torch.rand(4)]
"""


@pytest.fixture(scope="module")
def worker() -> Iterator[TorchWorker]:
    with TorchWorker(open_isolation()) as opened:
        yield opened


def summary(worker: TorchWorker, line: str) -> tuple[int, str]:
    """What a job in whose model a line stands leaves, and its status."""
    calls = [{"distribution": "plain", "seed": 1}]
    variant = {"name": "even", "elements": None, "pinned": [], "ragged": False, "seed": 1}
    request = {
        "text": PROBLEM.format(line=line),
        "backward": False,
        "variants": [{**variant, "calls": calls}],
    }
    with worker.job(JOB, request, budget=Budget(cpu_s=3, wall_s=30, memory_mb=512)) as done:
        return done.status, (done.read("summary") or b"").decode()


def test_a_job_leaves_what_it_computed(worker: TorchWorker) -> None:
    status, text = summary(worker, "pass")
    assert status == 0
    assert '"finite": true' in text


@pytest.mark.parametrize(
    "line",
    [
        "os.fork()",
        "os.execv('/bin/sh', ['sh', '-c', 'true'])",
        "os.kill(os.getppid(), 9)",
        "os.listdir('..')",
        "open('../requests', 'w')",
        "open(f'/proc/{os.getppid()}/mem', 'wb')",
        "open('/etc/passwd')",
        "torch.ones(1 << 34).sum()",
    ],
)
def test_a_job_reaches_nothing_but_its_own_folder(worker: TorchWorker, line: str) -> None:
    status, text = summary(worker, line)
    assert status == 0
    assert '"error"' in text
    assert '"finite"' not in text


def test_a_job_that_never_ends_or_dies_is_over_and_the_next_one_runs(worker: TorchWorker) -> None:
    assert summary(worker, "while True: pass")[0] < 0
    assert summary(worker, "os.abort()")[0] < 0
    assert summary(worker, "pass")[0] == 0
