"""The waveform of a check that passes, where one is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import Candidate, Language, Problem, ReferenceSpec, Source
from gatewright.sandbox.harness.checking import Check
from gatewright.sandbox.isolation import open_isolation
from gatewright.sandbox.tools.vcd import open_vcd

DESIGN = Source(
    "inverter.sv",
    "module inverter(input a, output y);\n  assign y = ~a;\nendmodule\n",
    Language.SYSTEMVERILOG,
)


@pytest.mark.parametrize("wanted", [True, False])
def test_it_is_kept_only_where_it_is_wanted(tmp_path: Path, wanted: bool) -> None:
    wave = tmp_path / "wave.vcd"
    spec = ReferenceSpec((DESIGN,))
    problem = Problem("inverter", "", Language.SYSTEMVERILOG, "inverter", harness=spec)
    check = Check(open_isolation(), wave, wave_of_pass=wanted)
    verdict = check.carry_out(spec, problem, Candidate((DESIGN,))).verdict
    assert verdict.passed
    assert verdict.first_mismatch is None
    assert (verdict.waveform is not None, wave.exists()) == (wanted, wanted)
    if wanted:
        names = {variable.leaf for variable in open_vcd(wave).variables}
        assert {"a", "y_dut", "y_ref"} <= names
