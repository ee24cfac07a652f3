"""The symbolic reader on VerilogEval's own problems and RTLLM's descriptions."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from gatewright.agents.language import kit_for
from gatewright.agents.symbolic import Strength, emit, oracle_testbench, read
from gatewright.core import Language

DATA = os.environ.get("GATEWRIGHT_DATA", "")
pytestmark = pytest.mark.skipif(
    not DATA, reason="GATEWRIGHT_DATA names no folder with benchmark data"
)
# Problems whose reference contradicts the map in their own prompt.
WRONG_REFERENCE = {"Prob093_ece241_2014_q3"}


def folder(name: str) -> Path:
    path = Path(DATA) / name
    if not path.is_dir():
        pytest.skip(f"{path} is not there")
    return path


def simulated(work: Path, top: str, *texts: str) -> str:
    sources = []
    for number, text in enumerate(texts):
        sources.append(work / f"{number}.sv")
        sources[-1].write_text(text)
    image = work / "image.vvp"
    subprocess.run(
        ["iverilog", "-g2012", "-s", top, "-o", str(image), *map(str, sources)], check=True
    )
    return subprocess.run(
        ["vvp", "-n", str(image)], capture_output=True, text=True, timeout=60, cwd=work
    ).stdout


def mismatches(output: str) -> int:
    found = re.findall(r"^Mismatches: (\d+) in (\d+) samples$", output, re.MULTILINE)
    assert found and int(found[-1][1]) > 0, output[-500:]
    return int(found[-1][0])


def test_every_emission_on_verilogeval_is_right(tmp_path: Path) -> None:
    suite = folder("verilog-eval") / "dataset_spec-to-rtl"
    right, wrong = [], []
    for prompt in sorted(suite.glob("*_prompt.txt")):
        name = prompt.name.removesuffix("_prompt.txt")
        reading = read(prompt.read_text())
        if not reading.complete:
            continue
        # Registers without a reset start at zero, as the loop has it by default.
        done = kit_for(Language.SYSTEMVERILOG).initialise(emit(reading, "TopModule").sources)
        design = done.sources[0].text
        bench = (suite / f"{name}_test.sv").read_text()
        if name.startswith("Prob099"):  # its testbench connects ports that no module has
            bench = bench.replace(".Y2(", ".Y1(").replace(".Y4(", ".Y3(")
        reference = (suite / f"{name}_ref.sv").read_text()
        bad = mismatches(simulated(tmp_path, "tb", bench, design, reference))
        (wrong if bad else right).append(name)
    assert set(wrong) <= WRONG_REFERENCE
    assert len(right) >= 15


def test_references_pass_the_derived_testbenches(tmp_path: Path) -> None:
    suite = folder("verilog-eval") / "dataset_spec-to-rtl"
    checked = 0
    for prompt in sorted(suite.glob("*_prompt.txt")):
        name = prompt.name.removesuffix("_prompt.txt")
        reading = read(prompt.read_text())
        oracle = oracle_testbench(reading, "RefModule")
        if oracle is None or name in WRONG_REFERENCE:
            continue
        reference = (suite / f"{name}_ref.sv").read_text()
        assert mismatches(simulated(tmp_path, "tb", oracle.testbench[0].text, reference)) == 0, name
        checked += 1
    assert checked >= 15


def test_waveforms_of_clocked_circuits_are_not_called_proved() -> None:
    suite = folder("verilog-eval") / "dataset_spec-to-rtl"
    for prompt in sorted(suite.glob("*_prompt.txt")):
        text = prompt.read_text()
        if re.search(r"^\s*time\s+cl(?:oc)?k", text, re.MULTILINE):
            assert read(text).strength in (None, Strength.CONSISTENT), prompt.name


def test_rtllm_descriptions_are_left_alone() -> None:
    descriptions = sorted(folder("rtllm").rglob("design_description.txt"))
    assert descriptions
    for description in descriptions:
        reading = read(description.read_text(errors="replace"))
        assert not reading.complete, description
        assert reading.abstained
