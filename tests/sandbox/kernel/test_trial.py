"""How a candidate is compiled for a run."""

from __future__ import annotations

from dataclasses import replace

from gatewright.core import KernelConfiguration, KernelSpec, Language, Source
from gatewright.sandbox.emulator import Mode
from gatewright.sandbox.kernel.plan import Variant
from gatewright.sandbox.kernel.prepared import Ready
from gatewright.sandbox.kernel.trial import Step, compiled_as

SPEC = KernelSpec(Source("problem.py", "", Language.PYTHON))
STEPS = [Step(0, (0, 1, 2)), Step(0, (0,), sham=True)]


def ready(flops: int) -> list[Ready]:
    return [Ready(Variant("even", None), flops=flops, elements=100)]


def test_one_compilation_serves_the_fast_run_and_the_checks() -> None:
    light = ready(1_000_000)
    assert compiled_as(Mode.FAST, SPEC, light, STEPS, counted=False) is Mode.CHECK
    assert compiled_as(Mode.CHECK, SPEC, light, STEPS, counted=False) is Mode.CHECK
    for mode in Mode:
        assert compiled_as(mode, SPEC, light, STEPS, counted=True) is Mode.PROFILE


def test_a_fast_run_that_is_long_or_stays_the_only_one_is_compiled_without_checks() -> None:
    assert compiled_as(Mode.FAST, SPEC, ready(100_000_000), STEPS, counted=True) is Mode.FAST
    many = replace(SPEC, configurations=(KernelConfiguration(),))
    assert compiled_as(Mode.FAST, many, ready(10), STEPS, counted=False) is Mode.FAST
