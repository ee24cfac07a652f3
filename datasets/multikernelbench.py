"""Reads MultiKernelBench: PyTorch modules by category, for kernels of several platforms.

Layout: github.com/wzzll123/MultiKernelBench (MIT), arXiv 2507.17773: `reference/CATEGORY/name.py`,
each with `Model`, `get_inputs` and `get_init_inputs`. A problem's id is `CATEGORY/name`.
The categories `npukernelbench_*` read their inputs from a file beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.core import DataError, KernelSpec, Language, Origin, Problem, Source
from gatewright.datasets.reading import read, text_of

SUITE = "multikernelbench"
ENTRY = "ModelNew"

ELSEWHERE: Mapping[str, str] = {
    "ascendc": "needs an Ascend NPU and its CANN toolkit",
    "ascendc_direct_launch": "needs an Ascend NPU and its CANN toolkit",
    "catlass": "needs an Ascend NPU and its CANN toolkit",
    "musa": "needs a Moore Threads GPU and its MUSA toolkit",
    "pallas": "needs a TPU, or JAX",
    "sycl": "needs an Intel GPU and the oneAPI compiler",
    "tilelang_ascend": "needs an Ascend NPU and TileLang",
    "triton_ascend": "needs an Ascend NPU and its Triton",
}
"""The benchmark's other backends, and why their answers cannot be checked here."""


@dataclass(frozen=True, slots=True)
class MultiKernelData:
    """The problems by category and name, the hash of their files, and the folder read.

    `left_out` says of the files that are no problem for CUDA or Triton why not.
    """

    problems: tuple[Problem, ...]
    sha256: str
    folder: Path
    left_out: Mapping[str, str] = field(default_factory=dict)


def load(data: Path) -> MultiKernelData:
    """Read the problems of a checkout, or of a folder that holds it as `MultiKernelBench`.

    `sha256` covers names and bytes of the problems. Raises DataError where `data` is no such
    folder.
    """
    root = _root(data)
    digest = hashlib.sha256()
    problems: list[Problem] = []
    left_out: dict[str, str] = {}
    for path in sorted((root / "reference").glob("*/*.py")):
        name = f"{path.parent.name}/{path.stem}"
        raw = read(path)
        text = text_of(raw)
        why = _unfit(text)
        if why:
            left_out[name] = why
            continue
        problem = _problem(name, text, raw)
        digest.update(bytes.fromhex(problem.origin.sha256))
        problems.append(problem)
    return MultiKernelData(tuple(problems), digest.hexdigest(), root, left_out)


def _root(data: Path) -> Path:
    if not data.is_dir():
        hint = "give the folder of a MultiKernelBench checkout with --data"
        raise DataError("no such folder", where=str(data), hint=hint)
    for place in (data, data / "MultiKernelBench", data / SUITE):
        if any((place / "reference").glob("*/*.py")):
            return place
    hint = "looked for reference/*/*.py"
    raise DataError("not a MultiKernelBench folder", where=str(data), hint=hint)


def _unfit(text: str) -> str:
    """Why a file is no problem that a kernel for a GPU could answer; '' where it is one."""
    if "torch_npu" in text:
        return "its reference computes on an Ascend NPU"
    if "def get_inputs" not in text:
        return "its inputs are cases in a file beside it, not sizes in its own text"
    return ""


def _problem(name: str, text: str, raw: bytes) -> Problem:
    digest = hashlib.sha256(f"{name}\0{len(raw)}\0".encode() + raw)
    category, _, stem = name.partition("/")
    reference = Source(f"{stem}.py", text, Language.PYTHON)
    return Problem(
        id=name,
        spec=text,
        language=Language.CUDA,
        top=ENTRY,
        harness=KernelSpec(reference, ENTRY, torch_allowed=False),
        category=category,
        origin=Origin(SUITE, "MIT", digest.hexdigest()),
    )
