"""Text added to a description in words: the reader abstains, wherever the text stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatewright.agents.symbolic import read

SENTENCES = Path(__file__).parent / "sentences"
THOROUGH = os.environ.get("GATEWRIGHT_THOROUGH", "") not in ("", "0")
ADDED = (SENTENCES / "added.txt").read_text().splitlines()
PORTS = (
    "- output f (inverted)",
    "- output f (active low)",
    "- output f // active-low",
    "- output f, registered",
    "- output f: the complement of the result",
    "- output f, one cycle later",
)


def bases() -> dict[str, tuple[str, str]]:
    """Port list and description of circuits that are read as they stand."""
    found = {}
    for line in (SENTENCES / "bases.txt").read_text().splitlines():
        name, ports, text = line.split(" | ")
        found[name] = ("".join(f"- {port}\n" for port in ports.split("; ")), text)
    return found


BASES = bases()


def variants(ports: str, text: str, added: str) -> list[str]:
    """The text with the other one after it, below it, as a list item, before it, as a clause."""
    small, bare = added[0].lower() + added[1:], text.rstrip(".")
    texts = (
        f"{text} {added}",
        f"{text}\n\n{added}",
        f"{text}\n\n- {added}",
        f"{added} {text}",
        f"{bare}, {small}",
        f"{bare} ({small.rstrip('.')})",
        f"{bare}; {small}",
    )
    return [f"{ports}\n{one}\n" for one in texts]


@pytest.mark.parametrize("name", BASES)
def test_the_base_is_read(name: str) -> None:
    assert read("\n".join(BASES[name])).complete


@pytest.mark.parametrize("name", BASES)
def test_nothing_more_may_be_said(name: str) -> None:
    for at, added in enumerate(ADDED):
        texts = variants(*BASES[name], added)
        for text in texts if THOROUGH else (texts[at % len(texts)],):
            assert not read(text).complete, text


@pytest.mark.parametrize("port", PORTS)
def test_what_a_port_list_adds_is_not_passed_over(port: str) -> None:
    ports, text = BASES["and"]
    assert not read(f"{ports.replace('- output f', port)}\n{text}\n").complete
