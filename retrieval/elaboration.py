"""Drivers and loads bit by bit: by elaboration, in a confined process that is passed in from above.

Parameters count as they are given on the way down from the module asked for, its own as they are
by default; branches of generate blocks that are not taken do not count. What the repository lacks
stays a black box.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

from gatewright.core import DataError
from gatewright.retrieval.confined import SOURCES, Runner, copied
from gatewright.retrieval.drivers import Access, drivers_of, loads_of
from gatewright.retrieval.places import find_modules, find_signals
from gatewright.retrieval.repository import Repository

_KINDS = {
    "Initial": "initial",
    "Final": "final",
    "Always": "always",
    "AlwaysComb": "always_comb",
    "AlwaysLatch": "always_latch",
    "AlwaysFF": "always_ff",
    "Subroutine": "function",
    "ContinuousAssign": "assign",
    "ProceduralBlock": "always",
    "PortConnection": "instance",
    "Other": "assign",
}


@dataclass(frozen=True, slots=True)
class BitAccess:
    """A place that drives or reads bits `high` to `low` of a signal, counted from its lowest bit.

    `scope` is the signal's full name in the elaborated design; an array of instances or a loop of
    generate blocks has several.
    """

    access: Access
    high: int
    low: int
    scope: str


@dataclass(frozen=True, slots=True)
class Elaborated:
    """What elaboration found; `errors` is how many errors slang has with the sources."""

    drivers: tuple[BitAccess, ...]
    loads: tuple[BitAccess, ...]
    errors: int


class Row(TypedDict):
    """A place as the confined process tells it."""

    file: str
    line: int
    end_line: int
    kind: str
    bits: list[int]
    scope: str
    input: NotRequired[bool]
    via: NotRequired[str]


class Answer(TypedDict):
    """What the confined process tells."""

    found: int
    errors: int
    drivers: list[Row]
    loads: list[Row]


def elaborate(
    repository: Repository, signal: str, runner: Runner, folder: Path, near: str = ""
) -> Elaborated:
    """Bit-accurate drivers and loads of `MODULE.SIGNAL` or `MODULE.INSTANCE.SIGNAL`.

    `folder` is an empty one to work in. What drives the module's inputs from outside is not
    looked at. Raises UsageError where there is no such signal, DataError where elaboration fails.
    """
    at = find_signals(repository, signal, near)[0]
    name, *path, last = re.sub(r"\[[^\]]*\]", "", signal).strip().split(".")
    top = find_modules(repository, name, near)[0]
    files = copied(repository, top.definition, folder)
    job = {
        "files": files.written,
        "folders": files.folders,
        "top": name,
        "path": path,
        "signal": last,
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    failed = runner(Path(__file__).with_name("elaborate_inside.py"), folder)
    answer = folder / "answer.json"
    if failed or answer.is_symlink() or not answer.is_file():
        raise DataError(
            f"the design cannot be elaborated: {failed or 'no answer came'}",
            where=f"{top.path}:{top.definition.line}",
            hint="ask without --elaborated",
        )
    told: Answer = json.loads(answer.read_text(encoding="utf-8"))
    if not told["found"]:
        raise DataError(
            f"the elaborated design has no {last}: its part of {name} is left out, or in error",
            where=f"{top.path}:{top.definition.line}",
            hint="ask without --elaborated",
        )
    drivers, loads = drivers_of(repository, at).found, loads_of(repository, at).found
    return _read(told, drivers, loads, folder)


def _read(
    answer: Answer, known: Sequence[Access], known_loads: Sequence[Access], folder: Path
) -> Elaborated:
    root = str((folder / SOURCES).resolve())
    drivers = [_access(row, known, root) for row in answer["drivers"] if not row["input"]]
    loads = [_access(row, known_loads, root) for row in answer["loads"]]
    return Elaborated(_distinct(drivers), _distinct(loads), answer["errors"])


def _access(row: Row, known: Sequence[Access], root: str) -> BitAccess:
    """A place of the answer, with what the facts of the same place tell: kind, clock, condition."""
    file = row["file"].removeprefix(f"{root}/")
    line, end = row["line"], row["end_line"]
    there = [a for a in known if a.file == file and a.line <= line <= a.end_line]
    inside = [a for a in known if a.file == file and line <= a.line <= a.end_line <= end]
    high, low = row["bits"]
    found = next(iter(there), None)
    if found is None and inside:  # a whole process that reads: the facts tell where in it
        kind, clock, reset = inside[0].kind, inside[0].clock, inside[0].reset
        found = Access(file, line, end, kind, inside[0].module, clock, reset)
    if found is None:
        kind = _KINDS.get(row["kind"], row["kind"].lower())
        found = Access(file, line, end, kind, "", via=row.get("via", ""))
    return BitAccess(found, high, low, row["scope"])


def _distinct(found: Sequence[BitAccess]) -> tuple[BitAccess, ...]:
    return tuple(dict.fromkeys(found))
