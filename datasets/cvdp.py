"""Reads CVDP as published: JSONL files, one datapoint a line, of two shapes.

Source: github.com/NVlabs/cvdp_benchmark (Apache-2.0), arXiv 2506.14074. Non-agentic datapoints have
`input`, `output` and `harness.files`; agentic ones `system_message`, `prompt`, `context`, `patch`
(unified diffs without their first two lines) and `harness`. The public sets come without solutions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from gatewright.core import (
    DataError,
    GraderService,
    GraderSpec,
    Language,
    Origin,
    Problem,
    Source,
    language_of,
)
from gatewright.datasets.cvdp_compose import read_services
from gatewright.datasets.patches import PatchError, apply_patch
from gatewright.datasets.reading import read

SUITE = "cvdp"
CODE = frozenset({2, 3, 4, 5, 7, 16})
"""The categories whose answers are designs and whose graders need no commercial tool."""

_WITH = "_with_solutions"
_COMMERCIAL = "needs a commercial simulator"
_WHY = {
    6: "is scored by likeness of texts, not by a check",
    8: "is scored by likeness of texts, not by a check",
    9: "is scored by a language model",
    10: "is scored by a language model",
    12: _COMMERCIAL,
    13: _COMMERCIAL,
    14: _COMMERCIAL,
}
_TOOLS = (
    (re.compile(r"__VERIF_EDA_IMAGE__|\bxrun\b|\bxcelium\b|\bimc\b", re.IGNORECASE), _COMMERCIAL),
    (re.compile(r"__OSS_PNR_IMAGE__"), "needs tools for place and route"),
)
_HINT = "give the folder of CVDP's JSONL files, or one of them, with --data"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A datapoint that cannot be run here, and why."""

    id: str
    category: str
    why: str


@dataclass(frozen=True, slots=True)
class CvdpData:
    """The problems that can be run, in the files' order; those that cannot; the files' hash.

    `systems` holds the system message of agentic problems, by id.
    """

    problems: tuple[Problem, ...]
    left_out: tuple[LeftOut, ...]
    systems: Mapping[str, str]
    sha256: str
    path: Path


def load(data: Path) -> CvdpData:
    """Read a JSONL file, or those of a folder; of two that differ in solutions, the one with.

    Raises DataError where there is none, or a line is no datapoint.
    """
    digest = hashlib.sha256()
    problems: dict[str, Problem] = {}
    left: dict[str, LeftOut] = {}
    systems: dict[str, str] = {}
    for file in _files(data):
        raw = read(file, _HINT)
        digest.update(f"{file.name}\0{len(raw)}\0".encode() + raw)
        for where, row in _rows(file, raw):
            found = _datapoint(row, where)
            if isinstance(found, LeftOut):
                left[found.id] = found
            else:
                problems[found.id] = found
                systems[found.id] = str(row.get("system_message", ""))
    if not problems and not left:
        raise DataError("holds no datapoints", where=str(data), hint=_HINT)
    return CvdpData(
        tuple(problems.values()), tuple(left.values()), systems, digest.hexdigest(), data
    )


def _files(data: Path) -> list[Path]:
    if data.is_file():
        return [data]
    for folder in (data, data / "cvdp", data / "example_dataset"):
        found = sorted(folder.glob("cvdp*.jsonl"))
        if found:
            names = {path.name for path in found}
            return [p for p in found if f"{p.stem}{_WITH}.jsonl" not in names]
    raise DataError("holds no cvdp*.jsonl", where=str(data), hint=_HINT)


def _rows(file: Path, raw: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(raw.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{file}:{number}"
        try:
            row = json.loads(line)
        except ValueError as fault:
            raise DataError(f"not JSON: {fault}", where=where, hint=_HINT) from None
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise DataError("no CVDP datapoint", where=where, hint=_HINT)
        yield where, row


def _datapoint(row: Mapping[str, Any], where: str) -> Problem | LeftOut:
    try:
        category, difficulty = (str(each) for each in row["categories"])
        number = int(category.removeprefix("cid"))
        agentic = "prompt" in row
        task = row if agentic else row["input"]
        harness = row.get("harness") or {}
        files = _texts(harness if agentic else harness.get("files") or {})
        why = _why(number, files, task)
        if why:
            return LeftOut(row["id"], category, why)
        answers = _texts(row["patch"] if agentic else row["output"]["context"])
        return _problem(row, task, files, answers, f"{category} {difficulty}")
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise DataError(f"no CVDP datapoint: {fault!r}", where=where, hint=_HINT) from fault


def _texts(files: Mapping[str, Any]) -> dict[str, str]:
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"the file name {name!r} leads out of the task's folder")
    return {name: str(text) for name, text in files.items() if text is not None}


def _why(number: int, files: Mapping[str, str], task: Mapping[str, Any]) -> str:
    """Why a datapoint cannot be run; '' where it can."""
    text = "\n".join(files.values())
    if number not in CODE:
        return _WHY.get(number, "is of a category that is not known")
    for pattern, why in _TOOLS:
        if pattern.search(text):
            return why
    if "docker-compose.yml" not in files:
        return "has no grader"
    if not isinstance(task.get("context"), dict):
        return "needs a repository of its own"
    return ""


def _problem(
    row: Mapping[str, Any],
    task: Mapping[str, Any],
    files: Mapping[str, str],
    answers: Mapping[str, str],
    category: str,
) -> Problem:
    agentic = "prompt" in row
    context = _texts(task["context"])
    services = read_services(files, "/rundir" if agentic else "/code/rundir")
    spec = GraderSpec(services, tuple(_placed(files, agentic)), tuple(answers))
    golden = {
        name: _golden(context.get(name, ""), text) if agentic else text
        for name, text in answers.items()
        if text.strip()
    }
    raw = json.dumps(row, sort_keys=True).encode()
    return Problem(
        id=row["id"],
        spec=str(task["prompt"]),
        language=Language.SYSTEMVERILOG,
        top=_top(services, golden),
        context=tuple(_source(name, text) for name, text in context.items()),
        harness=spec,
        reference=tuple(_source(name, text) for name, text in golden.items()),
        category=category,
        origin=Origin(SUITE, "Apache-2.0", hashlib.sha256(raw).hexdigest()),
    )


def _golden(text: str, patch: str) -> str:
    try:
        return apply_patch(text, patch)
    except PatchError as fault:
        raise ValueError(f"the solution's patch does not apply: {fault}") from None


def _placed(files: Mapping[str, str], agentic: bool) -> Iterator[Source]:
    """The grader's files below the root: its own at `/src`, what it adds to the task at `/code`."""
    for name, text in files.items():
        if name.startswith("src/"):
            yield _source(name, text)
        elif "/" in name and not agentic:
            yield _source(f"code/{name}", text)


def _source(name: str, text: str) -> Source:
    return Source(name, text, language_of(name) or Language.SYSTEMVERILOG)


def _top(services: tuple[GraderService, ...], golden: Mapping[str, str]) -> str:
    """The module that the grader names; where no answer defines it, any will do."""
    named = next((dict(s.environment).get("TOPLEVEL", "") for s in services), "")
    text = "\n".join(golden.values())
    return named if not golden or re.search(rf"\bmodule\s+{re.escape(named)}\b", text) else ""
