"""Hand-written layouts of every notation (`layouts/`): what is read, what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gatewright.agents.symbolic import Strength, emit, normalise, oracle_testbench, read

LAYOUTS = Path(__file__).parent / "layouts"


def specifications(verdict: str) -> list[object]:
    """The texts below `=== <verdict>: <name>` in all files."""
    found = []
    for path in sorted(LAYOUTS.glob("*.txt")):
        pieces = re.split(r"^=== (\w+): (.+)\n", path.read_text(), flags=re.MULTILINE)[1:]
        for told, name, text in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
            if told == verdict:
                found.append(pytest.param(text, id=f"{path.stem}: {name}"))
    return found


@pytest.mark.parametrize("spec", specifications("read"))
def test_a_complete_structure_is_read(spec: str) -> None:
    reading = read(spec)
    assert reading.complete, reading.abstained
    assert emit(reading, "dut").text.startswith("module dut (")
    assert normalise(reading)


@pytest.mark.parametrize("spec", specifications("refused"))
def test_anything_else_is_refused_with_a_reason(spec: str) -> None:
    reading = read(spec)
    assert not reading.complete
    assert reading.abstained
    assert oracle_testbench(reading) is None
    assert normalise(reading) == ""


@pytest.mark.parametrize("spec", specifications("unsettled"))
def test_what_is_left_open_is_never_called_proved(spec: str) -> None:
    assert read(spec).strength is not Strength.PROVED
