from __future__ import annotations

import pytest

from gatewright.sandbox.kernel_model.gpus import gpu_spec
from gatewright.sandbox.kernel_model.roofline import Bound, Work, least_possible_s, roof

A100 = gpu_spec("NVIDIA A100 SXM4 80GB")


def test_a_vector_addition_waits_for_memory() -> None:
    count = 1 << 28
    found = roof(A100, Work(flops=count, bytes=12 * count))
    assert found.bound is Bound.MEMORY
    assert found.least_s == pytest.approx(12 * count / 2039e9)
    assert found.share(2 * found.least_s) == pytest.approx(0.5)


def test_a_large_product_waits_for_arithmetic() -> None:
    n = 4096
    work = Work(flops=2 * n**3, bytes=3 * 4 * n**2)
    found = roof(A100, work)
    assert found.bound is Bound.COMPUTE
    assert found.least_s == pytest.approx(2 * n**3 / 19.5e12)
    assert work.intensity == pytest.approx(n / 6)
    assert found.ridge == pytest.approx(19.5e12 / 2039e9)
    assert roof(A100, work, tensor_cores=True).least_s == pytest.approx(2 * n**3 / 156e12)


def test_what_no_run_beats_counts_inputs_and_outputs_beyond_the_cache() -> None:
    megabyte = 1 << 20
    small = least_possible_s(A100, 100 * megabyte, 30 * megabyte)
    assert small == pytest.approx(0.95 * 100 * megabyte / 2039e9)
    large = least_possible_s(A100, 100 * megabyte, 140 * megabyte)
    assert large == pytest.approx(0.95 * 200 * megabyte / 2039e9)
    assert least_possible_s(A100, 0, 0) == 0


def test_work_that_moves_nothing() -> None:
    assert Work(10, 0).intensity == float("inf")
    assert roof(A100, Work(0, 0)).share(0) == 0
