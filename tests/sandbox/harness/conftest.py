from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.core import Problem, Source, TestbenchSpec
from gatewright.sandbox.harness.testbench import SIMULATION, TestbenchHarness
from gatewright.sandbox.isolation import open_isolation

ATTACKS = Path(__file__).parents[2] / "fixtures" / "attacks"


def source(path: Path) -> Source:
    return Source(path.name, path.read_bytes().decode("utf-8", "replace"))


def lock(testbench: str, *reference: str) -> Problem:
    bench = ATTACKS / "bench"
    spec = TestbenchSpec(
        (source(bench / testbench),),
        tuple(source(bench / name) for name in reference),
        data=(source(bench / "lock_table.hex"),),
    )
    return Problem("lock", "a turnstile's lock", top="Lock", harness=spec)


@pytest.fixture(scope="session")
def harness() -> TestbenchHarness:
    limits = replace(SIMULATION, cpu_s=1, wall_s=60, memory_mb=512)
    return TestbenchHarness(open_isolation(), limits=limits, compile_s=1)


@pytest.fixture(scope="session")
def counted() -> Problem:
    return lock("lock_tb.sv", "lock_ref.sv")


@pytest.fixture(scope="session")
def plain() -> Problem:
    return lock("plain_tb.sv")


@pytest.fixture(scope="session")
def silent() -> Problem:
    return lock("silent_tb.sv")
