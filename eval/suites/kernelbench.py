"""KernelBench: 270 PyTorch modules in four levels, each to be replaced by a CUDA or Triton kernel.

Source: github.com/ScalingIntelligence/KernelBench (MIT), arXiv 2502.10517. Its score is `fast_p`,
which `report --official` prints.
"""

from __future__ import annotations

from pathlib import Path

from gatewright.core import DataError
from gatewright.datasets import kernelbench as data_format
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.kernel_suite import KernelSuite


def kernelbench() -> KernelSuite:
    """The suite."""
    return KernelSuite(data_format.SUITE, _read)


def _read(data: Path | None) -> Dataset:
    if data is None:
        raise DataError(
            f"{data_format.SUITE} needs its data",
            hint="give --data DIR (a checkout, or a file of JSON lines), or fetch it: "
            f"gatewright datasets get {data_format.SUITE}",
        )
    found = data_format.load(data)
    return Dataset(found.problems, found.sha256, str(found.folder))
