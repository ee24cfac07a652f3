"""RTL-Repo (Allam and Shalan, 2024): the next line of a file, given the rest of its repository.

The data is on Hugging Face (`ahmedallam/RTL-Repo`), not in the benchmark's repository. The folder
or file that the user names holds it as JSON lines, or as the parquet files it is stored in, with
the columns `repo_name`, `file_path`, `context` (a list of `path` and `snippet`), `cropped_code`
and `next_line`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from gatewright.core import DataError, Origin, Problem, Verdict
from gatewright.eval.suites.base import Dataset
from gatewright.eval.suites.completion_lines import near_copies, signature
from gatewright.eval.suites.completion_place import Place, line_problem
from gatewright.eval.suites.completion_score import NEAR_COPY, NO_COPY, group_of
from gatewright.eval.suites.completion_suite import LineSuite
from gatewright.eval.suites.completion_table import line_table

_COLUMNS = ("repo_name", "file_path", "context", "cropped_code", "next_line")
_SUFFIXES = (".jsonl", ".json", ".parquet")
_SPLIT = "test"


class RtlRepo(LineSuite):
    """RTL-Repo: its prompt, its way of taking a line out of an answer, its two figures."""

    name = "rtlrepo"

    def load(self, data: Path | None) -> Dataset:
        """Read the test split's files (all files where none is named so), or the one file named."""
        if data is None:
            raise DataError(
                "no data is named: RTL-Repo's is on Hugging Face (ahmedallam/RTL-Repo)",
                where=self.name,
                hint="download it and name its folder, or one of its files, with --data",
            )
        digest = hashlib.sha256()
        problems: list[Problem] = []
        for file in _files(data):
            with file.open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
            problems += [
                _problem(row, number, f"{file}: sample {number}")
                for number, row in enumerate(_rows(file), len(problems))
            ]
        if not problems:
            raise DataError("holds no samples", where=str(data))
        return Dataset(tuple(problems), digest.hexdigest(), str(data))

    def official_table(self, samples: Mapping[str, Sequence[Verdict | None]]) -> str:
        """Both figures over all answers, and apart by whether a near copy of the file was given.

        Published (RTL-Repo, 1,174 samples; GPT-4 on 200 of them): GPT-4 48.50 and 71.87, GPT-3.5
        33.82 and 61.38 (exact match, edit similarity).
        """
        groups: dict[str, list[Verdict | None]] = {"all": [], NO_COPY: [], NEAR_COPY: []}
        for verdicts in samples.values():
            groups["all"] += verdicts
            for verdict in verdicts:
                groups.setdefault(group_of(verdict), []).append(verdict)
        groups.pop("", None)
        return line_table(groups)


def _files(data: Path) -> list[Path]:
    if data.is_file():
        return [data]
    if not data.is_dir():
        raise DataError("there is no such file or folder", where=str(data))
    found = sorted(path for path in data.rglob("*") if path.suffix in _SUFFIXES)
    return [path for path in found if _SPLIT in path.stem] or found


def _rows(file: Path) -> Iterator[Mapping[str, Any]]:
    if file.suffix == ".parquet":
        yield from _parquet_rows(file)
        return
    with file.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise DataError(f"is no JSON: {error}", where=f"{file}:{number}") from None
            if not isinstance(row, dict):
                raise DataError("is no JSON object", where=f"{file}:{number}")
            yield row


def _parquet_rows(file: Path) -> Iterator[Mapping[str, Any]]:
    try:
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError:
        raise DataError(
            "parquet files need the package pyarrow",
            where=str(file),
            hint="pip install pyarrow, or save the data set as JSON lines",
        ) from None
    for batch in parquet.ParquetFile(file).iter_batches(batch_size=16):
        yield from batch.to_pylist()


def _problem(row: Mapping[str, Any], number: int, where: str) -> Problem:
    missing = [name for name in _COLUMNS if name not in row]
    if missing:
        raise DataError(f"lacks {', '.join(missing)}", where=where)
    try:
        context = {str(part["path"]): str(part["snippet"]) for part in row["context"]}
    except (TypeError, KeyError):
        raise DataError("context is no list of path and snippet", where=where) from None
    place = Place(str(row["repo_name"]), str(row["file_path"]), str(row["cropped_code"]))
    context.pop(place.path, None)  # the file itself would hold the line that is asked for
    label = str(row["next_line"])
    signatures = {name: signature(text) for name, text in context.items()}
    signatures[place.path] = signature(place.before)
    copies = near_copies(place.path, signatures)
    return line_problem(
        f"{number:05d}",
        place,
        context,
        label,
        NEAR_COPY if copies else NO_COPY,
        Origin("rtlrepo", "Apache-2.0"),
    )
