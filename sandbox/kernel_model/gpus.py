"""GPUs by name: what their makers' data sheets promise.

Rates are dense (without structured sparsity) and at the boost clock, as the sheets give them.
Tensor-core rates are those that sum in float32. `tests/sandbox/kernel_model/test_gpus.py` holds
the rates against clocks, multiprocessors and what the architecture does a clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.core import UsageError
from gatewright.sandbox.kernel_model.architecture import Architecture, architecture

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class GpuSpec:
    """One GPU. Rates are in TFLOP/s, `bandwidth` in GB/s, memory in GB; 0 = it cannot do that."""

    name: str
    sm: str
    multiprocessors: int
    clock_mhz: int
    memory_gb: int
    bandwidth: float
    l2_bytes: int
    float32: float
    float64: float
    tensor_tf32: float
    tensor_half: float
    source: str

    @property
    def architecture(self) -> Architecture:
        """Its architecture."""
        return architecture(self.sm)

    def rate(self, dtype: str, *, tensor_cores: bool = False) -> float:
        """The peak in FLOP/s for an element type (`float32`, `float16`, `bfloat16`, `float64`).

        Without tensor cores the half types run at twice the rate of float32 where the
        architecture pairs them; here they are counted at that of float32.
        """
        if dtype == "float64":
            return self.float64 * 1e12
        half = dtype in ("float16", "bfloat16")
        tensor = self.tensor_half if half else self.tensor_tf32
        return (tensor if tensor_cores and tensor else self.float32) * 1e12

    def describe(self) -> str:
        """The lines that a prompt shows."""
        arch = self.architecture
        tensor = f"{self.tensor_half:g} TFLOP/s float16/bfloat16"
        if self.tensor_tf32:
            tensor += f", {self.tensor_tf32:g} TF32"
        return "\n".join(
            (
                f"{self.name} ({self.sm}): {self.multiprocessors} multiprocessors at "
                f"{self.clock_mhz} MHz",
                f"memory: {self.memory_gb} GB, {self.bandwidth:g} GB/s; "
                f"L2 {self.l2_bytes // MB} MB",
                f"peak: {self.float32:g} TFLOP/s float32, {self.float64:g} float64; "
                f"tensor cores {tensor}",
                f"a multiprocessor: {arch.threads} threads, {arch.blocks} blocks, "
                f"{arch.registers} registers, {arch.shared // 1024} KB shared memory "
                f"(a block at most {arch.shared_opt_in // 1024} KB)",
            )
        )


GPUS = (
    GpuSpec(
        *("NVIDIA V100 SXM2", "sm_70", 80, 1530, 32, 900, 6 * MB, 15.7, 7.8, 0, 125),
        "NVIDIA V100 data sheet; Tesla V100 architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA T4", "sm_75", 40, 1590, 16, 320, 4 * MB, 8.1, 0.254, 0, 65),
        "NVIDIA T4 product brief; Turing architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA A100 SXM4 40GB", "sm_80", 108, 1410, 40, 1555, 40 * MB, 19.5, 9.7, 156, 312),
        "NVIDIA A100 data sheet; A100 architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA A100 SXM4 80GB", "sm_80", 108, 1410, 80, 2039, 40 * MB, 19.5, 9.7, 156, 312),
        "NVIDIA A100 data sheet; A100 architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA A100 PCIe 80GB", "sm_80", 108, 1410, 80, 1935, 40 * MB, 19.5, 9.7, 156, 312),
        "NVIDIA A100 data sheet; A100 architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA A10", "sm_86", 72, 1695, 24, 600, 6 * MB, 31.2, 0.488, 62.5, 125),
        "NVIDIA A10 data sheet; GA102 architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA RTX A6000", "sm_86", 84, 1800, 48, 768, 6 * MB, 38.7, 0.605, 77.4, 154.8),
        "NVIDIA RTX A6000 data sheet; GA102 architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA GeForce RTX 3090", "sm_86", 82, 1695, 24, 936, 6 * MB, 35.6, 0.556, 35.6, 71),
        "GA102 architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA L4", "sm_89", 58, 2040, 24, 300, 48 * MB, 30.3, 0.473, 60, 121),
        "NVIDIA L4 data sheet; Ada architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA L40S", "sm_89", 142, 2520, 48, 864, 96 * MB, 91.6, 1.43, 183, 362),
        "NVIDIA L40S data sheet; Ada architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA RTX 6000 Ada", "sm_89", 142, 2505, 48, 960, 96 * MB, 91.1, 1.42, 182, 364),
        "NVIDIA RTX 6000 Ada data sheet; Ada architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA GeForce RTX 4090", "sm_89", 128, 2520, 24, 1008, 72 * MB, 82.6, 1.29, 82.6, 165),
        "Ada architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA H100 PCIe", "sm_90", 114, 1755, 80, 2000, 50 * MB, 51.2, 25.6, 378, 756),
        "NVIDIA H100 data sheet; H100 architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA H100 SXM5", "sm_90", 132, 1980, 80, 3350, 50 * MB, 67, 34, 494, 989),
        "NVIDIA H100 data sheet; H100 architecture white paper",
    ),
    GpuSpec(
        *("NVIDIA H200 SXM", "sm_90", 132, 1980, 141, 4800, 50 * MB, 67, 34, 494, 989),
        "NVIDIA H200 data sheet",
    ),
    GpuSpec(
        *("NVIDIA B200", "sm_100", 148, 1965, 180, 8000, 126 * MB, 75, 37, 1100, 2250),
        "NVIDIA HGX B200 data sheet (an eighth of the board)",
    ),
    GpuSpec(
        *("NVIDIA GeForce RTX 5090", "sm_120", 170, 2407, 32, 1792, 96 * MB, 104.8, 1.64),
        *(104.8, 209.5),
        "RTX Blackwell architecture white paper",
    ),
)
# What drivers call them.
_ALIASES = (
    (re.compile(r"V100(?![S\d])", re.I), "NVIDIA V100 SXM2"),
    (re.compile(r"A100(?![X\d]).*PCI", re.I), "NVIDIA A100 PCIe 80GB"),
    (re.compile(r"A100(?![X\d]).*40GB", re.I), "NVIDIA A100 SXM4 40GB"),
    (re.compile(r"A100(?![X\d])", re.I), "NVIDIA A100 SXM4 80GB"),
    (re.compile(r"H100(?!\d).*PCI", re.I), "NVIDIA H100 PCIe"),
    (re.compile(r"\bH100(?! NVL|\d)", re.I), "NVIDIA H100 SXM5"),
    (re.compile(r"\bH200(?! NVL|\d)", re.I), "NVIDIA H200 SXM"),
    (re.compile(r"\bB200\b", re.I), "NVIDIA B200"),
    (re.compile(r"L40S", re.I), "NVIDIA L40S"),
    (re.compile(r"\bL4\b", re.I), "NVIDIA L4"),
    (re.compile(r"\bT4\b", re.I), "NVIDIA T4"),
    (re.compile(r"\bA10\b", re.I), "NVIDIA A10"),
    (re.compile(r"A6000\b", re.I), "NVIDIA RTX A6000"),
    (re.compile(r"\b6000 Ada", re.I), "NVIDIA RTX 6000 Ada"),
    (re.compile(r"\b3090\b(?! ?Ti)", re.I), "NVIDIA GeForce RTX 3090"),
    (re.compile(r"\b4090\b(?! ?D| Laptop)", re.I), "NVIDIA GeForce RTX 4090"),
    (re.compile(r"\b5090\b(?! ?D| Laptop)", re.I), "NVIDIA GeForce RTX 5090"),
)
_BY_NAME = {spec.name: spec for spec in GPUS}
DEFAULT = "NVIDIA H100 SXM5"


def find_gpu_spec(name: str) -> GpuSpec | None:
    """The GPU that a name means: ours, a driver's (`NVIDIA H100 80GB HBM3`), a short one (`T4`)."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    return next((_BY_NAME[known] for pattern, known in _ALIASES if pattern.search(name)), None)


def gpu_spec(name: str = DEFAULT) -> GpuSpec:
    """As `find_gpu_spec`. Raises UsageError for a GPU that is not in the table."""
    found = find_gpu_spec(name)
    if found is None:
        raise UsageError(
            f"nothing is known of the GPU {name!r}", hint="one of " + ", ".join(_BY_NAME)
        )
    return found
