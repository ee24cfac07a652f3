from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.agents.naming import named_module, restated
from gatewright.agents.structure import read_structure
from gatewright.core import Problem

TABLE = """
- input a
- input b
- output y

| a | b | y |
|---|---|---|
| 0 | 0 | 0 |
| 0 | 1 | 1 |
| 1 | 0 | 1 |
| 1 | 1 | 0 |
"""
LINES = [
    "Module `maj3`",
    "Module maj3",
    "module: maj3",
    "# maj3",
    "# Module maj3",
    "## `maj3`",
    "Design name: maj3",
    "**Module name:** `maj3`",
    "Module name: maj3.",
    "Top-level module: maj3",
    "Top level: maj3",
    "- Circuit name = maj3",
    "Module name:\n    maj3",
]
SENTENCES = [
    "Build a circuit named maj3.",
    "A module called maj3 votes.",
    "A circuit called `maj3`, clocked",
    "Build a state machine named maj3 that counts.",
    "Write a module that is called `maj3`.",
    'Create the module "maj3" for me.',
    "Implement the `maj3` module.",
    "Please implement module maj3 with these ports.",
    "Call the module maj3.",
    "The module's name should be maj3.",
    "I want a majority gate.\n\nmodule maj3(input a, input b, output y);",
    "module maj3 #(parameter N = 3) (input a, output y);",
]
NONE = [
    "",
    "A majority gate of three inputs.",
    "# Counter\n\ncounts up.",
    "# Specification",
    "Module description",
    "The module has these ports.",
    "Module interface:",
    "The circuit is called once a cycle.".replace("called", "clocked"),
    "Design a module that counts.",
    "Write the module with care.",
    "A circuit called Johnson counter shifts.",
    "A block called the arbiter",
    "Machine: Moore",
    "This design: a counter of four bits",
]


@pytest.mark.parametrize("text", [*LINES, *SENTENCES])
def test_a_name_is_read(text: str) -> None:
    assert named_module(text) == "maj3"
    assert named_module(f"{text}\n{TABLE}") == "maj3"


@pytest.mark.parametrize("text", NONE)
def test_what_names_nothing_is_no_name(text: str) -> None:
    assert named_module(text) == ""
    assert restated(text) == text


def test_what_is_said_counts_before_a_header_and_that_before_a_title() -> None:
    header = "# adder\n\nmodule add4(input a, output y);\nendmodule"
    assert named_module(header) == "add4"
    assert named_module(f"{header}\nUse it in a module named add8.") == "add8"


@pytest.mark.parametrize("text", LINES)
def test_a_line_with_only_the_name_keeps_no_structure_from_being_read(text: str) -> None:
    found = read_structure(Problem("p", f"{text}\n{TABLE}"))
    assert found.candidate is not None, found.abstention
    assert "module maj3" in found.candidate.text


@pytest.mark.parametrize("piece", ["module", "module ", "module name", "#", "`", "*", "_", "top "])
@pytest.mark.parametrize("rest", ["", " ", "\n", "a", "`", "*", "# "])
def test_no_text_takes_long(piece: str, rest: str) -> None:
    start = time.process_time()
    for text in (piece + rest * 20_000, (piece + rest * 20) * 1_000, piece * 20_000 + rest):
        restated(text)
    assert time.process_time() - start < 1


@given(st.text(alphabet="module namedcalled:#`*_\n x4", max_size=80))
def test_lines_stay_in_place_and_nothing_fails(text: str) -> None:
    said = restated(text)
    assert said.count("\n") == text.count("\n")
    assert named_module(said) == named_module(text)
