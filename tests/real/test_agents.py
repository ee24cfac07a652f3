"""The agents' text tools on real answers and real designs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gatewright.agents.distinct import fingerprint
from gatewright.agents.extract import extract_verilog
from gatewright.agents.postpass import initialise_registers
from gatewright.core import Source
from gatewright.retrieval.cone import cone
from gatewright.retrieval.facts.verilog import verilog_facts

DATA = os.environ.get("GATEWRIGHT_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="GATEWRIGHT_DATA names no benchmark data")
FOLDER = Path(DATA or ".")


def answers(name: str) -> list[str]:
    lines = (FOLDER / "samples" / f"{name}.jsonl").read_text().splitlines()
    return [json.loads(line)["code"] for line in lines[1:]]


@pytest.mark.parametrize("name", ["dataset_spec-to-rtl", "dataset_code-complete-iccad2023"])
def test_extraction_loses_nothing_of_a_real_answer(name: str) -> None:
    for code in answers(name):
        found = extract_verilog(f"Here it is:\n```verilog\n{code}\n```\nDone.", "TopModule")
        assert fingerprint([Source("a.sv", found.code)], "TopModule") == fingerprint(
            [Source("a.sv", code)], "TopModule"
        )


def test_every_output_of_a_real_design_has_a_cone() -> None:
    paths = sorted((FOLDER / "verilog-eval" / "dataset_spec-to-rtl").glob("*_ref.sv"))
    assert len(paths) > 70
    for path in paths:
        source = Source(path.name, path.read_text())
        for module in verilog_facts(source.text, source.name).modules:
            for port in module.ports:
                wanted = port.direction == "output"
                assert not wanted or cone([source], module.name, [port.name]), path.name


def test_the_post_pass_only_adds_initial_values() -> None:
    for code in answers("dataset_spec-to-rtl"):
        done = initialise_registers([Source("a.sv", code)])
        text = done.sources[0].text
        assert text.count(" = 0") - code.count(" = 0") == len(done.registers)
        assert len(text) >= len(code)
