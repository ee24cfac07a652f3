"""What a problem costs in each of its configurations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.core import KernelSpec
from gatewright.sandbox.kernel.worker import Budget, TorchWorker

_ENTRY = "gatewright.sandbox.kernel.inside.configurations:run"
_BUDGET = Budget(cpu_s=30, wall_s=120, memory_mb=2048)


@dataclass(frozen=True, slots=True)
class Cost:
    """Elements of inputs, weights and outputs of one call, and its floating-point operations."""

    elements: int
    flops: int


def costs(worker: TorchWorker, specs: Sequence[KernelSpec]) -> list[list[Cost | None]]:
    """For each problem the costs of its configurations, in order; None where that is unknown."""
    cases = [
        {
            "text": spec.reference.text,
            "inputs": json.loads(one.inputs),
            "init": json.loads(one.init),
        }
        for spec in specs
        for one in spec.configurations
    ]
    with worker.job(_ENTRY, {"cases": cases}, budget=_BUDGET) as done:
        raw = done.read("costs")
    found = iter(json.loads(raw) if raw else [None] * len(cases))
    return [[_cost(next(found)) for _ in spec.configurations] for spec in specs]


def _cost(told: list[int] | None) -> Cost | None:
    return Cost(*told) if told else None
