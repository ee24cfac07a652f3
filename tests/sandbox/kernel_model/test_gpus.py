from __future__ import annotations

import pytest

from gatewright.core import UsageError
from gatewright.sandbox.kernel_model.architecture import ARCHITECTURES
from gatewright.sandbox.kernel_model.gpus import GPUS, GpuSpec, find_gpu_spec, gpu_spec


@pytest.mark.parametrize("spec", GPUS, ids=lambda spec: spec.name)
def test_peaks_follow_from_units_and_clock(spec: GpuSpec) -> None:
    # Two operations an fma, a clock, a unit. Data sheets round to two or three digits.
    units = spec.architecture.float32 * spec.multiprocessors
    assert 2 * units * spec.clock_mhz * 1e-6 == pytest.approx(spec.float32, rel=0.01)
    doubles = spec.architecture.float64 * spec.multiprocessors
    assert 2 * doubles * spec.clock_mhz * 1e-6 == pytest.approx(spec.float64, rel=0.02)
    assert spec.source


@pytest.mark.parametrize(
    ("driver", "name"),
    [
        ("NVIDIA H100 80GB HBM3", "NVIDIA H100 SXM5"),
        ("NVIDIA H100 PCIe", "NVIDIA H100 PCIe"),
        ("NVIDIA H200", "NVIDIA H200 SXM"),
        ("NVIDIA A100-SXM4-40GB", "NVIDIA A100 SXM4 40GB"),
        ("NVIDIA A100-SXM4-80GB", "NVIDIA A100 SXM4 80GB"),
        ("NVIDIA A100 80GB PCIe", "NVIDIA A100 PCIe 80GB"),
        ("Tesla T4", "NVIDIA T4"),
        ("Tesla V100-SXM2-32GB", "NVIDIA V100 SXM2"),
        ("NVIDIA L40S", "NVIDIA L40S"),
        ("NVIDIA L4", "NVIDIA L4"),
        ("NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 4090"),
        ("l40s", "NVIDIA L40S"),
    ],
)
def test_names_of_drivers(driver: str, name: str) -> None:
    assert gpu_spec(driver).name == name


@pytest.mark.parametrize(
    "other",
    [
        "NVIDIA GeForce RTX 4090 D",
        "NVIDIA GeForce RTX 4090 Laptop GPU",
        "NVIDIA H100 NVL",
        "NVIDIA GH200 480GB",
        "NVIDIA GB200",
        "Tesla V100S-PCIE-32GB",
        "Radeon",
        "NVIDIA A40",
        "NVIDIA RTX A1000 Laptop GPU",
        "NVIDIA A100X",
        "H1000",
        "H2000",
        "",
    ],
)
def test_other_gpus_are_not_taken_for_known_ones(other: str) -> None:
    assert find_gpu_spec(other) is None
    with pytest.raises(UsageError, match="nothing is known"):
        gpu_spec(other)


@pytest.mark.parametrize(
    ("name", "bits", "gigabits"),
    [
        ("V100", 4096, 1.758),
        ("T4", 256, 10.0),
        ("NVIDIA A100 SXM4 40GB", 5120, 2.430),
        ("NVIDIA A100 SXM4 80GB", 5120, 3.186),
        ("NVIDIA A100 PCIe 80GB", 5120, 3.024),
        ("A10", 384, 12.5),
        ("A6000", 384, 16.0),
        ("3090", 384, 19.5),
        ("L4", 192, 12.5),
        ("L40S", 384, 18.0),
        ("6000 Ada", 384, 20.0),
        ("4090", 384, 21.0),
        ("H100 PCIe", 5120, 3.186),
        ("H100", 5120, 5.238),
        ("H200", 6144, 6.25),
        ("B200", 8192, 7.8),
        ("5090", 512, 28.0),
    ],
)
def test_bandwidths_follow_from_bus_and_data_rate(name: str, bits: int, gigabits: float) -> None:
    assert gpu_spec(name).bandwidth == pytest.approx(bits * gigabits / 8, rel=0.025)


def test_every_architecture_in_the_table_is_known() -> None:
    assert {spec.sm for spec in GPUS} <= set(ARCHITECTURES)


def test_rates_by_type() -> None:
    h100 = gpu_spec("H100")
    assert h100.rate("float32") == 67e12
    assert h100.rate("float32", tensor_cores=True) == 494e12
    assert h100.rate("float16", tensor_cores=True) == 989e12
    assert gpu_spec("V100").rate("float32", tensor_cores=True) == 15.7e12  # it has no TF32


def test_the_description_has_what_a_kernel_is_tuned_to() -> None:
    text = gpu_spec("A100").describe()
    for part in ("108 multiprocessors", "2039 GB/s", "164 KB shared", "19.5 TFLOP/s float32"):
        assert part in text
