"""Reads RTLLM v2.0 as published: a folder a design, in a class, in a category.

Layout: github.com/hkust-zhiyao/RTLLM (MIT), `CATEGORY/CLASS/DESIGN/` with `design_description.txt`
(the whole prompt), `testbench.v`, one `verified_*.v` whose name and top module follow no rule, a
makefile (not read) and the files that the testbench reads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import DataError, Language, Origin, Problem, Source, TestbenchSpec
from gatewright.datasets.reading import read, text_of

SUITE = "rtllm"
CATEGORIES = ("Arithmetic", "Control", "Memory", "Miscellaneous")

DESCRIPTION = "design_description.txt"
TESTBENCH = "testbench.v"

_REFERENCE = "verified_*.v"
_DATA = ("*.txt", "*.dat")
_MODULE_NAME = re.compile(r"^Module name:\s*(\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RtllmData:
    """The problems in the order of their folders, the hash of their files, and the folder read."""

    problems: tuple[Problem, ...]
    sha256: str
    folder: Path


def load(data: Path) -> RtllmData:
    """Read the designs below `data`: the repository, or a folder that holds it as `rtllm`.

    `sha256` covers paths and bytes of the files read and nothing else, so a copy of a subset has
    its own hash wherever it lies. Raises DataError where `data` is not such a folder or a design
    lacks a file.
    """
    root = _root(data)
    digest = hashlib.sha256()
    problems = []
    for folder in _designs(root):
        files = _read_all(folder)
        digest.update(_hash(folder.relative_to(root).as_posix(), files))
        problems.append(_problem(folder, files))
    return RtllmData(tuple(problems), digest.hexdigest(), root)


def _root(data: Path) -> Path:
    hint = "give the folder of an RTLLM v2.0 copy with --data"
    if not data.is_dir():
        raise DataError("no such folder", where=str(data), hint=hint)
    for place in (data, data / "rtllm", data / "RTLLM"):
        if _designs(place):
            return place
    raise DataError(
        "not an RTLLM v2.0 folder",
        where=str(data),
        hint=f"looked for {{{','.join(CATEGORIES)}}}/*/*/{TESTBENCH}",
    )


def _designs(root: Path) -> list[Path]:
    """The folders of the designs, the four categories in their order."""
    return [
        bench.parent
        for category in CATEGORIES
        for bench in sorted(root.glob(f"{category}/*/*/{TESTBENCH}"))
    ]


def _read_all(folder: Path) -> Mapping[str, bytes]:
    """The files of a design by name."""
    references = sorted(folder.glob(_REFERENCE))
    if len(references) != 1:
        raise DataError(
            f"holds {len(references)} files {_REFERENCE}, not one",
            where=str(folder),
            hint="the copy is incomplete or altered: fetch it again",
        )
    data = sorted(
        path for pattern in _DATA for path in folder.glob(pattern) if path.name != DESCRIPTION
    )
    places = (folder / DESCRIPTION, folder / TESTBENCH, references[0], *data)
    return {place.name: read(place) for place in places}


def _hash(design: str, files: Mapping[str, bytes]) -> bytes:
    digest = hashlib.sha256()
    for name, raw in sorted(files.items()):
        digest.update(f"{design}/{name}\0{len(raw)}\0".encode())
        digest.update(raw)
    return digest.digest()


def _problem(folder: Path, files: Mapping[str, bytes]) -> Problem:
    description, testbench, reference, *data = files
    spec, bench = text_of(files[description]), text_of(files[testbench])
    return Problem(
        id=folder.name,
        spec=spec,
        language=Language.VERILOG,
        top=_top(folder, spec, bench),
        harness=TestbenchSpec(
            testbench=(Source(testbench, bench, Language.VERILOG),),
            data=tuple(Source(n, files[n].decode("utf-8", "surrogateescape")) for n in data),
        ),
        reference=(Source(reference, text_of(files[reference]), Language.VERILOG),),
        category=folder.parent.parent.name,
        origin=Origin(SUITE, "MIT", _hash(folder.name, files).hex()),
    )


def _top(folder: Path, spec: str, bench: str) -> str:
    """The module that the testbench instantiates: the folder's name, or the description's.

    They differ for `fixed_point_substractor` (the testbench has a `fixed_point_subtractor`) and
    `freq_divbyeven` (the description says `freq_diveven`).
    """
    said = _MODULE_NAME.search(spec)
    for name in (folder.name, said[1] if said else ""):
        if name and re.search(rf"^\s*{name}\b", bench, re.MULTILINE):
            return name
    raise DataError(
        "the testbench instantiates neither the folder's name nor the description's module",
        where=str(folder),
        hint="this is not RTLLM v2.0: fetch it again",
    )
