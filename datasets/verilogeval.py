"""Reads VerilogEval v2 as published: a folder of `ProbNNN_name_{prompt.txt,ref.sv,test.sv}`.

Layout and file roles: github.com/NVlabs/verilog-eval (MIT), `dataset_spec-to-rtl` and
`dataset_code-complete-iccad2023`; the second adds `_ifc.txt`, the module header that an answer
continues. `problems.txt` lists the problems; a folder without it is read as it lies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gatewright.core import DataError, Language, Origin, Problem, Source, TestbenchSpec
from gatewright.datasets.reading import read, text_of

TOP = "TopModule"
"""The module an answer must define."""

GOLDEN = "RefModule"
"""The module that the testbench compares the answer with."""

TESTBENCH = "tb"
"""The testbench's top module."""


class Task(StrEnum):
    """VerilogEval's two tasks, as its dataset folders and its `--task` option spell them."""

    SPEC_TO_RTL = "spec-to-rtl"
    CODE_COMPLETE = "code-complete-iccad2023"

    @property
    def folder(self) -> str:
        """The dataset folder's name."""
        return f"dataset_{self.value}"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The files that each problem consists of."""
        common = ("_prompt.txt", "_ref.sv", "_test.sv")
        return (*common, "_ifc.txt") if self is Task.CODE_COMPLETE else common


@dataclass(frozen=True, slots=True)
class VerilogEvalData:
    """The problems in the order of their numbers, the hash of their files, and the folder read."""

    problems: tuple[Problem, ...]
    sha256: str
    folder: Path


def load(data: Path, task: Task, suite: str) -> VerilogEvalData:
    """Read one task's problems from `data`: the repository, or the dataset folder itself.

    `sha256` covers names and bytes of the files read and nothing else, so a copy of a subset has
    its own hash wherever it lies. Raises DataError where `data` is not such a folder or a listed
    problem lacks a file.
    """
    folder = _dataset_folder(data, task)
    digest = hashlib.sha256()
    problems = []
    for name in _problem_names(folder):
        files = {suffix: _copied(folder / f"{name}{suffix}") for suffix in task.suffixes}
        digest.update(_hash((f"{name}{suffix}", raw) for suffix, raw in files.items()))
        problems.append(_problem(name, files, suite))
    return VerilogEvalData(tuple(problems), digest.hexdigest(), folder)


def _dataset_folder(data: Path, task: Task) -> Path:
    if not data.is_dir():
        raise DataError(
            "no such folder",
            where=str(data),
            hint="give the folder of a VerilogEval v2 copy with --data",
        )
    places = (data / task.folder, data / "verilog-eval" / task.folder)
    found = next((place for place in places if place.is_dir()), None)
    if found is None and next(data.glob("Prob*_test.sv"), None) and _is_task(data, task):
        found = data
    if found is None:
        raise DataError(
            f"not a VerilogEval v2 folder for the task {task.value}",
            where=str(data),
            hint=f"looked for {task.folder}/, verilog-eval/{task.folder}/ "
            f"and Prob*{{{','.join(task.suffixes)}}}",
        )
    return found


def _is_task(folder: Path, task: Task) -> bool:
    """Tell a bare dataset folder's task: only code completion has headers."""
    has_headers = next(folder.glob("Prob*_ifc.txt"), None) is not None
    return has_headers == (task is Task.CODE_COMPLETE)


def _problem_names(folder: Path) -> list[str]:
    listing = folder / "problems.txt"
    if listing.is_file():
        names = sorted(set(text_of(_copied(listing)).split()))
    else:
        names = sorted(p.name.removesuffix("_test.sv") for p in folder.glob("Prob*_test.sv"))
    if not names:
        raise DataError("holds no problems", where=str(folder), hint="looked for Prob*_test.sv")
    return names


def _hash(files: Iterable[tuple[str, bytes]]) -> bytes:
    digest = hashlib.sha256()
    for name, raw in sorted(files):
        digest.update(f"{name}\0{len(raw)}\0".encode())
        digest.update(raw)
    return digest.digest()


def _copied(path: Path) -> bytes:
    hint = "the copy is incomplete: fetch it again, or take the name out of problems.txt"
    return read(path, hint)


def _problem(name: str, files: dict[str, bytes], suite: str) -> Problem:
    testbench = Source(f"{name}_test.sv", text_of(files["_test.sv"]))
    reference = Source(f"{name}_ref.sv", text_of(files["_ref.sv"]))
    return Problem(
        id=name,
        spec=text_of(files["_prompt.txt"]),
        language=Language.SYSTEMVERILOG,
        top=TOP,
        header=text_of(files.get("_ifc.txt", b"")),
        harness=TestbenchSpec(testbench=(testbench,), reference=(reference,), top=TESTBENCH),
        reference=(reference,),
        origin=Origin(suite=suite, licence="MIT", sha256=_hash(files.items()).hex()),
    )
