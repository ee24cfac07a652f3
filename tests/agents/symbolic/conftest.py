"""A bench that reads many specifications and simulates all their designs in one Icarus run.

Set GATEWRIGHT_THOROUGH=1 to draw thousands of random instances of every notation instead of a few
dozen (some minutes).
"""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gatewright.agents.symbolic import Reading, Strength, emit, read

THOROUGH = os.environ.get("GATEWRIGHT_THOROUGH", "") not in ("", "0")

Moment = tuple[dict[str, str], dict[str, str], dict[str, str]]
"""Digits of the clock, of the other inputs, and of the outputs (x = not checked)."""


@dataclass
class Case:
    """A specification with what its writer means by it."""

    spec: str
    moments: list[Moment]
    reading: Reading = field(default_factory=Reading)
    wrong: str = ""


@dataclass
class Bench:
    """Collects cases; `run` simulates every emitted design against its writer's moments."""

    folder: Path
    cases: list[Case] = field(default_factory=list)

    def add(self, spec: str, moments: list[Moment]) -> Reading:
        case = Case(spec, moments)
        case.reading = read(spec)
        self.cases.append(case)
        return case.reading

    @property
    def emitted(self) -> list[Case]:
        return [case for case in self.cases if case.reading.complete]

    def run(self) -> list[Case]:
        """The cases whose design does not do what the writer means."""
        cases = self.emitted
        for at in range(0, len(cases), 250):
            self._simulate(cases[at : at + 250])
        return [case for case in cases if case.wrong]

    def _simulate(self, cases: Sequence[Case]) -> None:
        texts: list[str] = []
        for number, case in enumerate(cases):
            texts.append(emit(case.reading, f"dut{number}").text)
            texts.append(_bench(case, number))
        roots = "\n".join(f"  tb{number} t{number}();" for number in range(len(cases)))
        texts.append(f"module tb;\n{roots}\n  initial #10000000 $finish;\nendmodule\n")
        source, image = self.folder / "all.sv", self.folder / "all.vvp"
        source.write_text("\n".join(texts))
        subprocess.run(
            ["iverilog", "-g2012", "-s", "tb", "-o", str(image), str(source)], check=True
        )
        output = subprocess.run(
            ["vvp", "-n", str(image)], check=True, capture_output=True, text=True
        ).stdout
        done = set(re.findall(r"^DONE (\d+)$", output, re.MULTILINE))
        bad = dict(re.findall(r"^BAD (\d+) (.*)$", output, re.MULTILINE))
        for number, case in enumerate(cases):
            if str(number) not in done:
                case.wrong = "the simulation did not end"
            elif str(number) in bad:
                case.wrong = bad[str(number)]


def _bench(case: Case, number: int) -> str:
    interface = case.reading.interface
    assert interface is not None
    lines = [f"module tb{number};"]
    for port in interface.ports:
        kind = "reg" if port in interface.inputs else "wire"
        lines.append(f"  {kind} [{port.width - 1}:0] {port.name};")
    links = ", ".join(f".{port.name}({port.name})" for port in interface.ports)
    lines += [f"  dut{number} dut ({links});", "  reg bad;", "  initial begin", "    bad = 0;"]
    for clock, inputs, outputs in case.moments:
        drive = " ".join(f"{name} = {len(d)}'b{d};" for name, d in clock.items())
        data = " ".join(f"{name} = {len(d)}'b{d};" for name, d in inputs.items())
        lines.append(f"    {drive} #1; {data} #4;")
        lines += [
            f"    if ({len(d)}'b{d} !== ({len(d)}'b{d} ^ {name} ^ {len(d)}'b{d})) bad = 1;"
            for name, d in outputs.items()
        ]
    lines += [
        f'    if (bad) $display("BAD {number} mismatch");',
        f'    $display("DONE {number}");',
        "  end",
        "endmodule",
    ]
    return "\n".join(lines)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def draws() -> Callable[[int, int], Iterator[random.Random]]:
    """Random sources: `few` of them, or `many` when GATEWRIGHT_THOROUGH is set."""

    def source(few: int, many: int) -> Iterator[random.Random]:
        for seed in range(many if THOROUGH else few):
            yield random.Random(seed)

    return source


@pytest.fixture
def unsettled() -> Callable[[Reading], bool]:
    """A reading that abstained or says that it is not proved."""
    return lambda reading: reading.strength is not Strength.PROVED


@dataclass
class Writer:
    """Writes specifications in many layouts."""

    def heading(
        self,
        rng: random.Random,
        inputs: Sequence[tuple[str, int]],
        outputs: Sequence[tuple[str, int]],
    ) -> tuple[str, str]:
        """Text to put before and after the structure, which declare the ports."""
        style = rng.randrange(6)
        if style == 0:
            lines = [f" - input  {n}" + (f" ({w} bits)" if w > 1 else "") for n, w in inputs]
            lines += [f" - output {n}" + (f" ({w} bits)" if w > 1 else "") for n, w in outputs]
            intro = "I would like you to implement a module named Top with the following interface."
            return intro + "\n\n" + "\n".join(lines) + "\n\n", ""
        if style == 1:
            lines = [f"* input {f'[{w - 1}:0] ' if w > 1 else ''}{n}" for n, w in inputs]
            lines += [f"* output {f'[{w - 1}:0] ' if w > 1 else ''}{n}" for n, w in outputs]
            return "Design the module `Top`.\n\n" + "\n".join(lines) + "\n\n", ""
        ports = [f"input {f'[{w - 1}:0] ' if w > 1 else ''}{n}" for n, w in inputs]
        ports += [f"output {f'[{w - 1}:0] ' if w > 1 else ''}{n}" for n, w in outputs]
        header = "module Top (\n  " + ",\n  ".join(ports) + "\n);\n"
        if style == 2:
            return "", "\n" + header
        if style == 3:
            return header + "\n", "\nendmodule\n"
        listed = [
            title + ", ".join(f"{n}[{w - 1}:0]" if w > 1 else n for n, w in side)
            for title, side in (("Inputs: ", inputs), ("Outputs: ", outputs))
        ]
        if style == 4:
            return "\n".join(listed) + "\n\n", ""
        bullets = ["Inputs:"] + [f"- {n}" + (f" ({w} bits)" if w > 1 else "") for n, w in inputs]
        bullets += ["Outputs:"] + [f"- {n}" + (f" ({w} bits)" if w > 1 else "") for n, w in outputs]
        return "\n".join(bullets) + "\n\n", ""

    def table(self, rng: random.Random, rows: Sequence[Sequence[str]]) -> str:
        """Rows (the first is the header) as bars, Markdown, a box, tabs, commas or blanks."""
        style = rng.randrange(7)
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        padded = [[cell.ljust(w) for cell, w in zip(row, widths, strict=False)] for row in rows]
        if style == 0:
            return "\n".join("  " + " | ".join(row) for row in padded) + "\n"
        if style == 1:
            rule = "|" + "|".join("-" * (w + 2) for w in widths) + "|"
            lines = ["| " + " | ".join(row) + " |" for row in padded]
            return "\n".join([lines[0], rule, *lines[1:]]) + "\n"
        if style == 2:
            lines = ["│ " + " │ ".join(row) + " │" for row in padded]
            bars = ["─" * (w + 2) for w in widths]
            top, middle, bottom = (a + b.join(bars) + c for a, b, c in ("┌┬┐", "├┼┤", "└┴┘"))
            return "\n".join([top, lines[0], middle, *lines[1:], bottom]) + "\n"
        if style == 3:
            return "\n".join("\t".join(row) for row in rows) + "\n"
        if style == 4:
            return "\n".join(",".join(row) for row in rows) + "\n"
        if style == 5:
            return "\n".join("   ".join(row) for row in padded) + "\n"
        rule = "+" + "+".join("-" * (w + 2) for w in widths) + "+"
        lines = ["| " + " | ".join(row) + " |" for row in padded]
        return "\n".join([rule, lines[0], rule, *lines[1:], rule]) + "\n"

    def commented(self, rng: random.Random, text: str) -> str:
        """The structure perhaps as a comment, in a fence, or indented."""
        style = rng.randrange(5)
        if style == 0:
            return "".join(f"// {line}\n" for line in text.splitlines())
        if style == 1:
            return "```\n" + text + "```\n"
        if style == 2:
            return "".join(f"    {line}\n" for line in text.splitlines())
        return text


@pytest.fixture
def writer() -> Writer:
    return Writer()


ADDED_BEHAVIOUR = (
    "The output is delayed by one clock cycle.",
    "When en is low, the output keeps its value.",
    "However, the output must be inverted.",
    "If the input stays high for three cycles, the output goes low.",
    "The result is then registered.",
    "Additionally, the module counts how often this happens.",
    "The output should be zero whenever both inputs are equal.",
    "Except in the last row, where the output is 1.",
    "Note: one entry of it is wrong, find and fix it.",
    "This is an example waveform.",
)


@pytest.fixture
def added_behaviour() -> tuple[str, ...]:
    """Sentences that turn a structure into a hybrid."""
    return ADDED_BEHAVIOUR
