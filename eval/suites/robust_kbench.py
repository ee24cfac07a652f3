"""robust-kbench: CUDA functions that must hold in every configuration, forward and backward.

Source: github.com/SakanaAI/robust-kbench (Apache-2.0), arXiv 2509.14279. A kernel that holds at
some sizes and not at others fails. Without a GPU the configurations are emulated at reduced sizes.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gatewright.core import DataError, KernelSpec, Problem
from gatewright.datasets import robust_kbench as data_format
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.kernel_rules import OFFICIAL, STRICT
from gatewright.eval.suites.kernel_suite import KernelSuite
from gatewright.eval.suites.robust_kbench_sizes import Bounds, fitting, reduced
from gatewright.sandbox.kernel.configurations import Cost, costs

# What an emulated kernel gets through in a second or two, and what it does in ten.
_USUAL = Bounds(800_000, 20_000_000)
_WIDE = Bounds(4_000_000, 100_000_000)


class RobustKBench(KernelSuite):
    """The suite."""

    checked_by: Mapping[str, str] = {OFFICIAL: "robust", STRICT: "robust-strict"}

    def __init__(self, weak_folder: Path | None = None) -> None:
        super().__init__(data_format.SUITE, _read, weak_folder=weak_folder)
        self._reduced: dict[str, tuple[Problem, Problem]] = {}
        self._lock = threading.Lock()

    def reduced(self, problem: Problem) -> Problem:
        """Smaller configurations: the harness leaves the sizes of such problems alone."""
        with self._lock:
            known = self._reduced.get(problem.id)
            if known is None or known[0] != problem:
                known = (problem, fitting(problem, self._price, _USUAL) or reduced(problem))
                self._reduced[problem.id] = known
            return known[1]

    def enlarged(self, problem: Problem, configurations: Sequence[int]) -> Problem | None:
        """Those configurations at sizes that still run in seconds, the true ones if possible."""
        smaller = _some(self.reduced(problem), configurations)
        larger = fitting(_some(problem, configurations), self._price, _WIDE)
        return None if larger is None or larger == smaller else larger

    def _price(self, specs: Sequence[KernelSpec]) -> list[list[Cost | None]]:
        return costs(self.worker(), specs)

    def category(self, name: str) -> str:
        """`own forward`, `own backward`, and KernelBench's levels."""
        first, _, rest = name.partition("/")
        return f"{first if '/' in rest else 'own'} {name.rpartition('/')[2]}"


def _some(problem: Problem, configurations: Sequence[int]) -> Problem:
    spec = problem.harness
    if not isinstance(spec, KernelSpec):
        return problem
    chosen = tuple(spec.configurations[number] for number in configurations)
    return replace(problem, harness=replace(spec, configurations=chosen))


def _read(data: Path | None) -> Dataset:
    if data is None:
        raise DataError(
            f"{data_format.SUITE} needs its data",
            hint="give --data DIR (a checkout), or fetch it: "
            f"gatewright datasets get {data_format.SUITE}",
        )
    found = data_format.load(data)
    return Dataset(found.problems, found.sha256, str(found.folder))
