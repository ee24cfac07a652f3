"""Real references against themselves and against mutants of themselves."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gatewright.core import Candidate, Problem, ReferenceSpec, Source
from gatewright.sandbox.harness.reference import ReferenceHarness
from gatewright.sandbox.isolation import open_isolation

DATA = os.environ.get("GATEWRIGHT_DATA")
pytestmark = pytest.mark.skipif(
    DATA is None, reason="GATEWRIGHT_DATA names no folder with benchmark data"
)
CYCLES = 300
SEED = 2  # of the stimulus: in so few cycles another may leave an output still
# Icarus 11 does not compile the casts of these, and conwaylife takes seconds.
LEFT_OUT = ("Prob144", "Prob151", "Prob156")
MUTATIONS = (("^", "|"), ("+", "-"), ("==", "!="), ("posedge", "negedge"), ("&", "|"), ("~", ""))


def references() -> list[Path]:
    files = sorted(Path(DATA or "").glob("verilog-eval/dataset_spec-to-rtl/*_ref.sv"))
    return [file for file in files if not file.name.startswith(LEFT_OUT)]


def mutant(text: str) -> str | None:
    head, end, body = text.partition(");")
    plain = re.sub(r"//[^\n]*|/\*.*?\*/", " ", body, flags=re.DOTALL)
    for old, new in MUTATIONS:
        if old in plain:
            return head + end + plain.replace(old, new, 1)
    return None


def test_references_equal_themselves_and_mutants_do_not() -> None:
    files = references()
    assert len(files) >= 70
    harness = ReferenceHarness(open_isolation())
    caught = tried = 0
    for file in files:
        text = file.read_text()
        spec = ReferenceSpec((Source(file.name, text),), cycles=CYCLES, seed=SEED)
        problem = Problem(file.stem, "", harness=spec)
        assert harness.check(problem, Candidate((Source("dut.sv", text),))).passed, file.name
        changed = mutant(text)
        if changed is not None:
            tried += 1
            caught += not harness.check(problem, Candidate((Source("dut.sv", changed),))).passed
    assert tried >= 50
    assert caught / tried >= 0.95
