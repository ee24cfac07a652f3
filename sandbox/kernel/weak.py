"""How little it takes to pass a problem's check: what a benchmark's score is worth there.

A kernel that writes zeros, or returns what it once returned, passes where the reference's outputs
are tiny or hardly depend on inputs and weights. Such problems are found by running the reference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from gatewright.core import KernelConfiguration, KernelSpec
from gatewright.sandbox.kernel.prepared import not_run
from gatewright.sandbox.kernel.worker import Budget, Done, TorchWorker

PROBES: Mapping[str, str] = {
    "zeros": "writes zeros",
    "constant": "writes one constant",
    "replay": "returns what it returned for other inputs",
    "weights": "ignores the weights",
    "input": "returns an input",
}
"""What a problem is tried with, and what each does."""

PLAIN, SHIFTED = "plain", "shifted"
_ENTRY = "gatewright.sandbox.kernel.inside.weak:run"
_BUDGET = Budget(cpu_s=20, wall_s=300, memory_mb=6144)
# Larger than what an emulated kernel is given: sizes decide how small averages and softmaxes are.
_ELEMENTS, _FLOPS = 400_000, 50_000_000
_SEED = 20


@dataclass(frozen=True, slots=True)
class Weakness:
    """What a problem's reference shows.

    `needed` maps, by distribution of inputs, a probe to the tolerance (absolute and relative) at
    which it passes; probes that never do are missing. `filters` are those of robust-kbench's that
    reject the problem: `range`, `std`, `axes`, `inputs`.
    """

    needed: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    elements: int = 0
    cpu_s: float = 0.0

    def passing(self, tolerance: float, *distributions: str) -> tuple[str, ...]:
        """The probes that pass at a tolerance on inputs of each of these distributions."""
        tried = [self.needed[name] for name in distributions or (PLAIN,) if name in self.needed]
        return tuple(
            probe
            for probe in PROBES
            if tried and all(probe in one and one[probe] <= tolerance for one in tried)
        )


def weigh(worker: TorchWorker, spec: KernelSpec, budget: Budget = _BUDGET) -> Weakness:
    """Run the reference on several draws of inputs and weights, at reduced sizes.

    Raises DataError where it cannot be run, ReferenceTooLarge where it is ended.
    """
    configuration = next(iter(spec.configurations), KernelConfiguration())
    request = {
        "text": spec.reference.text,
        "inputs": json.loads(configuration.inputs),
        "init": json.loads(configuration.init),
        "elements": _ELEMENTS,
        "flops": _FLOPS,
        "seed": _SEED,
    }
    with worker.job(_ENTRY, request, budget=budget) as done:
        raw = done.read("found")
        if raw is None:
            raise not_run(done, _last_line(done), spec)
        return _weakness(json.loads(raw), done.cpu_s)


def _last_line(done: Done) -> str:
    lines = done.log.strip().splitlines()
    return lines[-1][:300] if lines else f"its process ended with status {done.status}"


def _weakness(found: Mapping[str, object], cpu_s: float) -> Weakness:
    needed = json.loads(json.dumps(found["needed"]))
    return Weakness(
        needed={
            distribution: {probe: float(t) for probe, t in tried.items() if t is not None}
            for distribution, tried in needed.items()
        },
        filters=tuple(json.loads(json.dumps(found["filters"]))),
        elements=int(str(found["elements"] or 0)),
        cpu_s=cpu_s,
    )
