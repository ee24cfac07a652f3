"""Sentences about gates, choices, vectors and registers: what is read, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.agents.symbolic import emit, normalise, oracle_testbench, read

SENTENCES = Path(__file__).parent / "sentences" / "single.txt"


def sentences() -> list[tuple[str, str, str]]:
    """(ports, text, body): under `=== input a; output f`, a line `text => body of the module`,
    or the text alone where it is refused."""
    found, ports = [], ""
    for line in SENTENCES.read_text().splitlines():
        if line.startswith("=== "):
            ports = "".join(f"- {port}\n" for port in line[4:].split("; "))
        else:
            text, _, body = line.partition(" => ")
            found.append((ports, text.replace("\\n", "\n"), body))
    return found


@pytest.mark.parametrize(("ports", "text", "body"), [case for case in sentences() if case[2]])
def test_a_sentence_of_the_field_is_read(ports: str, text: str, body: str) -> None:
    reading = read(f"{ports}\n{text}")
    assert reading.complete, reading.abstained
    assert " ".join(emit(reading).text.split(");", 1)[1].split()) == f"{body} endmodule"
    assert normalise(reading)
    assert oracle_testbench(reading) is not None


@pytest.mark.parametrize(("ports", "text", "body"), [case for case in sentences() if not case[2]])
def test_any_other_sentence_is_refused_with_a_reason(ports: str, text: str, body: str) -> None:
    reading = read(f"{ports}\n{text}")
    assert not reading.complete
    assert reading.abstained
