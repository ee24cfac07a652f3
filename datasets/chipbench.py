"""Reads ChipBench as published: VerilogEval's file triplets, in one folder a set.

Layout: github.com/zhongkaiyu/ChipBench (MIT), arXiv 2601.21448: `Verilog Gen/dataset_SET/` and
`Verilog Debugging/dataset_debug_{zero,one}_shot_SET/` with `ProbNNN_name_{prompt.txt,ref.sv,
test.sv}`. Names recur between sets, so a problem's id is `SET-ProbNNN_name`. `problems.txt` is not
read: in two sets it lists one problem of several.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gatewright.core import DataError, Language, Origin, Problem, Source, TestbenchSpec
from gatewright.datasets.reading import read, text_of
from gatewright.datasets.verilogeval import TESTBENCH, TOP

_SUFFIXES = ("_prompt.txt", "_ref.sv", "_test.sv")
_GENERATION_SETS = ("self_contain", "not_self_contain", "cpu_ip")
_DEBUGGING_SETS = ("arithmetic", "assignment", "state_machine", "timing")


class Task(StrEnum):
    """ChipBench's Verilog tasks, as their suites are called."""

    GENERATION = "chipbench"
    DEBUGGING = "chipbench-debug"
    DEBUGGING_ONE_SHOT = "chipbench-debug-1shot"

    @property
    def folders(self) -> Mapping[str, str]:
        """The task's sets, and the folder of each."""
        if self is Task.GENERATION:
            return {name: f"Verilog Gen/dataset_{name}" for name in _GENERATION_SETS}
        shots = "one" if self is Task.DEBUGGING_ONE_SHOT else "zero"
        start = f"Verilog Debugging/dataset_debug_{shots}_shot"
        return {name: f"{start}_{name}" for name in _DEBUGGING_SETS}


@dataclass(frozen=True, slots=True)
class ChipBenchData:
    """The problems by set and number, the hash of their files, and the folder read."""

    problems: tuple[Problem, ...]
    sha256: str
    folder: Path


def load(data: Path, task: Task) -> ChipBenchData:
    """Read one task's problems from the repository, or a folder that holds it as `ChipBench`.

    `sha256` covers names and bytes of the files read. Raises DataError where `data` is not such a
    folder or a problem lacks a file.
    """
    root = _root(data, task)
    digest = hashlib.sha256()
    problems = []
    for name, folder in task.folders.items():
        for test in sorted((root / folder).glob("Prob*_test.sv")):
            stem = test.name.removesuffix("_test.sv")
            files = {suffix: read(root / folder / f"{stem}{suffix}") for suffix in _SUFFIXES}
            problem = _problem(name, stem, files, task)
            digest.update(bytes.fromhex(problem.origin.sha256))
            problems.append(problem)
    return ChipBenchData(tuple(problems), digest.hexdigest(), root)


def _root(data: Path, task: Task) -> Path:
    if not data.is_dir():
        hint = "give the folder of a ChipBench copy with --data"
        raise DataError("no such folder", where=str(data), hint=hint)
    for place in (data, data / "chipbench", data / "ChipBench"):
        if any(any((place / folder).glob("Prob*_test.sv")) for folder in task.folders.values()):
            return place
    looked = ", ".join(task.folders.values())
    raise DataError("not a ChipBench folder", where=str(data), hint=f"looked for {looked}")


def _problem(group: str, stem: str, files: Mapping[str, bytes], task: Task) -> Problem:
    name = f"{group}-{stem}"
    reference = Source(f"{name}_ref.sv", text_of(files["_ref.sv"]))
    testbench = Source(f"{name}_test.sv", text_of(files["_test.sv"]))
    digest = hashlib.sha256()
    for suffix, raw in sorted(files.items()):
        digest.update(f"{name}{suffix}\0{len(raw)}\0".encode())
        digest.update(raw)
    return Problem(
        id=name,
        spec=text_of(files["_prompt.txt"]),
        language=Language.SYSTEMVERILOG,
        top=TOP,
        harness=TestbenchSpec(testbench=(testbench,), reference=(reference,), top=TESTBENCH),
        reference=(reference,),
        category=group,
        origin=Origin(task.value, "MIT", digest.hexdigest()),
    )
