"""A named file's text and language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path


class Language(StrEnum):
    """The languages candidates, testbenches and context come in."""

    VERILOG = "verilog"
    SYSTEMVERILOG = "systemverilog"
    CHISEL = "chisel"
    CUDA = "cuda"
    TRITON = "triton"
    PYTHON = "python"


_SUFFIXES = {
    ".v": Language.VERILOG,
    ".vh": Language.VERILOG,
    ".sv": Language.SYSTEMVERILOG,
    ".svh": Language.SYSTEMVERILOG,
    ".scala": Language.CHISEL,
    ".cu": Language.CUDA,
    ".py": Language.PYTHON,
}


def language_of(path: Path | str) -> Language | None:
    """The language a file name's suffix tells, or None where it does not."""
    return _SUFFIXES.get(Path(path).suffix.lower())


@dataclass(frozen=True, slots=True)
class Source:
    """A named file's text and language; `name` is a bare file name, never a path upwards."""

    name: str
    text: str
    language: Language = Language.SYSTEMVERILOG


def distinct(sources: Iterable[Source]) -> tuple[Source, ...]:
    """The sources; several of one name are told apart by a number before it."""
    found: dict[str, Source] = {}
    for source in sources:
        name, number = source.name, 2
        while name in found:
            name = f"{number}_{source.name}"
            number += 1
        found[name] = replace(source, name=name)
    return tuple(found.values())
