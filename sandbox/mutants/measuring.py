"""What the strength of checks is measured with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from gatewright.sandbox.isolation import Isolation
from gatewright.sandbox.mutants.strength import Measure

PROOF_S = 20.0


@contextmanager
def measuring(isolation: Isolation, seed: int, most: int, formal: bool) -> Iterator[Measure]:
    """How strength is measured: co-simulation looks for differences, proofs rule them out."""
    from gatewright.sandbox.harness.reference import ReferenceHarness

    measure = Measure(seed, most, comparison=ReferenceHarness(isolation, reproducible=True))
    if not formal:
        yield measure
        return
    from gatewright.sandbox.harness.equivalence import ENTRY, PROOF, EquivalenceHarness
    from gatewright.sandbox.tools.yosys import Yosys

    budget = replace(PROOF, cpu_s=PROOF_S)
    with Yosys(isolation, ENTRY) as yosys:
        yield replace(measure, equivalence=EquivalenceHarness(isolation, yosys, budget))
