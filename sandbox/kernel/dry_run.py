"""A candidate's launches at the problem's own sizes: made without memory, checked, not run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from gatewright.core import KernelSpec, Source, ToolCrashed
from gatewright.sandbox.emulator import Report, read_report
from gatewright.sandbox.kernel.trial import Trial, Trials, built_modules, candidate_file
from gatewright.sandbox.kernel.worker import Budget, Done, WorkerDied

_ENTRY = "gatewright.sandbox.kernel.inside.dry:run"
# A model with thousands of launches takes some seconds; what takes longer is not waited for.
_BUDGET = Budget(cpu_s=5, wall_s=60, memory_mb=2048)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes: inputs, weights and buffers, outputs, and the most that were alive at once.

    `largest`: the elements of the largest tensor.
    """

    inputs: int
    weights: int
    outputs: int
    most: int
    largest: int

    @property
    def compared(self) -> int:
        """Bytes that both models, both outputs and `torch.allclose` on them take at once.

        Where values are compared torch holds three more tensors of their size, and two of flags.
        """
        outputs = 2 * self.outputs + 3 * self.outputs + self.outputs // 2
        return max(self.most + self.weights, self.inputs + 2 * self.weights + outputs)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What came of it. `ended` says why the call was not made to its end; then no sizes are known.

    What the report tells holds in either case, as far as the call got. `launches` and
    `operations` are of kernels, and of torch where it computed.
    """

    report: Report = field(default_factory=Report)
    sizes: Sizes | None = None
    ended: str = ""
    cpu_s: float = 0.0
    launches: int = 0
    operations: Mapping[str, int] = field(default_factory=dict)


def dry_run(trials: Trials, spec: KernelSpec, candidate: Source, trial: Trial, seed: int) -> DryRun:
    """Make one call of a candidate that `trial` has compiled."""
    name = candidate_file(candidate)
    files = {
        name: candidate.text.encode("utf-8", "replace"),
        "problem.py": spec.reference.text.encode("utf-8", "replace"),
    }
    request: dict[str, object] = {
        "source": name,
        "entry": spec.entry,
        "is_function": spec.is_function,
        "backward": spec.backward,
        "target": trials.target,
        "library": str(trials.kit.library),
        "built": built_modules(trial),
        "seed": seed,
    }
    try:
        with trials.worker.job(_ENTRY, request, files, _BUDGET) as done:
            return _read(done, trial, trials)
    except WorkerDied as error:
        return DryRun(ended=str(error))


def _read(done: Done, trial: Trial, trials: Trials) -> DryRun:
    """What the job left; the candidate may have written it, so nothing is taken on trust."""
    raw, told = done.read("report"), done.read("told")
    if not done.ok or raw is None or told is None:
        return DryRun(ended="its process did not come to its end", cpu_s=done.cpu_s)
    try:
        report = read_report(raw, trial.builts, trials.kit, trials.isolation)
        data = json.loads(told)
        ended, sizes = str(data["ended"]), data["sizes"]
        found = None if ended else Sizes(**{name: int(size) for name, size in sizes.items()})
        launches = int(data["launches"])
        operations = {str(name): int(count) for name, count in data["operations"].items()}
    except (ToolCrashed, ValueError, KeyError, TypeError, AttributeError):
        return DryRun(ended="its report is damaged", cpu_s=done.cpu_s)
    return DryRun(report, found, ended, done.cpu_s, launches, operations)
