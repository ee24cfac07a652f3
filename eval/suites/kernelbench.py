"""KernelBench: PyTorch modules in four levels, each to be replaced by a CUDA or Triton kernel.

Levels 1 to 3 are 250; the 20 of level 4 take their models from Hugging Face and are left out.
Source: github.com/ScalingIntelligence/KernelBench (MIT), arXiv 2502.10517. Its score is `fast_p`,
which `report --official` prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gatewright.core import DataError
from gatewright.datasets import kernelbench as data_format
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.kernel_rules import LEGACY
from gatewright.eval.suites.kernel_suite import KernelSuite


class KernelBench(KernelSuite):
    """The suite: it alone has a `legacy` tolerance, for runs that were recorded under it."""

    checked_by: Mapping[str, str] = {LEGACY: LEGACY, **KernelSuite.checked_by}

    def __init__(self, weak_folder: Path | None = None) -> None:
        super().__init__(data_format.SUITE, _read, weak_folder=weak_folder)


def kernelbench() -> KernelSuite:
    """The suite."""
    return KernelBench()


def _read(data: Path | None) -> Dataset:
    if data is None:
        raise DataError(
            f"{data_format.SUITE} needs its data",
            hint="give --data DIR (a checkout, or a file of JSON lines), or fetch it: "
            f"gatewright datasets get {data_format.SUITE}",
        )
    found = data_format.load(data)
    return Dataset(found.problems, found.sha256, str(found.folder), found.left_out)
