"""Reads KernelBench: PyTorch modules by level, each to be replaced by a kernel.

Layout: github.com/ScalingIntelligence/KernelBench (MIT), arXiv 2502.10517:
`KernelBench/level{1,2,3,4}/N_name.py`; or a file of JSON lines with `level`, `name` and `code`,
as the data set on Hugging Face has them. A problem's id is `levelL/N_name`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.core import DataError, KernelSpec, Language, Origin, Problem, Source
from gatewright.datasets.reading import read, text_of

SUITE = "kernelbench"
ENTRY = "ModelNew"
LEVELS = (1, 2, 3, 4)
_ROWS = "problems.jsonl"
_FROM_OUTSIDE = ".from_pretrained("
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class KernelBenchData:
    """The problems by level and number, the hash of their files, and what was read.

    `left_out` says of the files that no confined process can run why not.
    """

    problems: tuple[Problem, ...]
    sha256: str
    folder: Path
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    level: int
    name: str
    raw: bytes


def load(data: Path) -> KernelBenchData:
    """Read the problems of a checkout, of the folder with its levels, or of a JSON-lines file.

    `sha256` covers names and bytes, so that it is the same for the same problems in either form.
    Raises DataError where `data` is none of these.
    """
    rows = sorted(_rows(data), key=lambda row: (row.level, _number(row.name), row.name))
    if not rows:
        looked = f"looked for KernelBench/level1/*.py, level1/*.py and {_ROWS}"
        raise DataError("not KernelBench data", where=str(data), hint=looked)
    digest = hashlib.sha256()
    problems = []
    left_out = {}
    for row in rows:
        problem = _problem(row)
        digest.update(bytes.fromhex(problem.origin.sha256))
        if _FROM_OUTSIDE in problem.spec:
            left_out[problem.id] = "its model and weights come from Hugging Face when it runs"
        else:
            problems.append(problem)
    return KernelBenchData(tuple(problems), digest.hexdigest(), data, left_out)


def _rows(data: Path) -> Iterator[_Row]:
    if data.is_file():
        yield from _json_rows(data)
        return
    if not data.is_dir():
        hint = "give a KernelBench checkout, or a file of JSON lines, with --data"
        raise DataError("no such folder or file", where=str(data), hint=hint)
    for place in (data / "KernelBench", data, data / "kernelbench"):
        if any((place / f"level{level}").is_dir() for level in LEVELS):
            for level in LEVELS:
                for path in (place / f"level{level}").glob("[0-9]*.py"):
                    yield _Row(level, path.stem, read(path))
            return
        if (place / _ROWS).is_file():
            yield from _json_rows(place / _ROWS)
            return


def _json_rows(path: Path) -> Iterator[_Row]:
    for number, line in enumerate(read(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            name = str(row["name"]).removesuffix(".py")
            yield _Row(int(row["level"]), name, str(row["code"]).encode())
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"not a problem: {type(error).__name__} {error}",
                where=f"{path}:{number}",
                hint='a line is {"level": N, "name": TEXT, "code": TEXT}',
            ) from None


def _number(name: str) -> int:
    found = _NUMBER.match(name)
    return int(found.group()) if found else 0


def _problem(row: _Row) -> Problem:
    level = f"level{row.level}"
    text = text_of(row.raw)
    digest = hashlib.sha256(f"{level}/{row.name}\0{len(row.raw)}\0".encode() + row.raw)
    reference = Source(f"{row.name}.py", text, Language.PYTHON)
    return Problem(
        id=f"{level}/{row.name}",
        spec=text,
        language=Language.CUDA,
        top=ENTRY,
        harness=KernelSpec(reference, ENTRY),
        category=level,
        origin=Origin(SUITE, "MIT", digest.hexdigest()),
    )
