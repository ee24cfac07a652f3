"""robust-kbench: CUDA functions that must hold in every configuration, forward and backward.

Source: github.com/SakanaAI/robust-kbench (Apache-2.0), arXiv 2509.14279. A kernel that holds at
some sizes and not at others fails. Without a GPU the configurations are emulated at reduced sizes.
"""

from __future__ import annotations

from pathlib import Path

from gatewright.core import DataError, Problem
from gatewright.datasets import robust_kbench as data_format
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.kernel_suite import KernelSuite
from gatewright.eval.suites.robust_kbench_sizes import reduced


class RobustKBench(KernelSuite):
    """The suite."""

    def __init__(self, weak_folder: Path | None = None) -> None:
        super().__init__(data_format.SUITE, _read, weak_folder=weak_folder)

    def reduced(self, problem: Problem) -> Problem:
        """Smaller configurations: the harness leaves the sizes of such problems alone."""
        return reduced(problem)

    def category(self, name: str) -> str:
        """`own forward`, `own backward`, and KernelBench's levels."""
        first, _, rest = name.partition("/")
        return f"{first if '/' in rest else 'own'} {name.rpartition('/')[2]}"


def _read(data: Path | None) -> Dataset:
    if data is None:
        raise DataError(
            f"{data_format.SUITE} needs its data",
            hint="give --data DIR (a checkout), or fetch it: "
            f"gatewright datasets get {data_format.SUITE}",
        )
    found = data_format.load(data)
    return Dataset(found.problems, found.sha256, str(found.folder))
