"""MultiKernelBench: 300 PyTorch modules by category, for CUDA or, as a suite of its own, Triton.

Source: github.com/wzzll123/MultiKernelBench (MIT), arXiv 2507.17773. PyTorch may compute nothing
in an answer's forward. Its other backends need hardware that nothing here stands in for.
"""

from __future__ import annotations

from pathlib import Path

from gatewright.core import DataError
from gatewright.datasets import multikernelbench as data_format
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.kernel_suite import KernelSuite


def cuda() -> KernelSuite:
    """The suite `multikernelbench`."""
    return KernelSuite(data_format.SUITE, _read)


def triton() -> KernelSuite:
    """The suite `multikernelbench-triton`: the same problems."""
    return KernelSuite(f"{data_format.SUITE}-triton", _read, triton=True)


def _read(data: Path | None) -> Dataset:
    if data is None:
        raise DataError(
            f"{data_format.SUITE} needs its data",
            hint="give --data DIR (a checkout), or fetch it: "
            f"gatewright datasets get {data_format.SUITE}",
        )
    found = data_format.load(data)
    return Dataset(found.problems, found.sha256, str(found.folder), found.left_out)
