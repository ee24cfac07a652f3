"""Answers that somebody else made: a file of JSON lines, `--generations FILE`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatewright.core import DataError
from gatewright.eval.rows import Key
from gatewright.eval.trim import encodable

_SHAPE = 'a line is {"task": ID, "sample": N, "code": TEXT}, or "response" in place of "code"'


@dataclass(frozen=True, slots=True)
class Generation:
    """One answer: code as it stands, or raw text from which code is yet to be taken."""

    task: str
    sample: int
    text: str
    is_response: bool

    @property
    def key(self) -> Key:
        """Which answer it is."""
        return Key(self.task, self.sample)


def read_generations(path: Path) -> Iterator[Generation]:
    """The rows of a file, one by one. Raises DataError with file and line."""
    seen: dict[Key, int] = {}
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                where = f"{path}:{number}"
                row = _row(line, where)
                if row.key in seen:
                    raise DataError(
                        f"a second answer for task {row.task}, sample {row.sample} "
                        f"(the first is on line {seen[row.key]})",
                        where=where,
                        hint="give each answer of a task its own sample number",
                    )
                seen[row.key] = number
                yield row
    except OSError as error:
        hint = "check the path" if isinstance(error, FileNotFoundError) else ""
        raise DataError(f"cannot be read: {error.strerror}", where=str(path), hint=hint) from error
    if not seen:
        raise DataError("holds no answers", where=str(path), hint=_SHAPE)


def _row(line: bytes, where: str) -> Generation:
    try:
        row = json.loads(line)
    except UnicodeDecodeError:
        raise DataError("not UTF-8 text", where=where, hint=_SHAPE) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"not JSON: {error}", where=where, hint=_SHAPE) from None
    if not isinstance(row, dict):
        raise DataError("not a JSON object", where=where, hint=_SHAPE)
    task, sample = row.get("task"), row.get("sample")
    if not isinstance(task, str) or not task:
        raise DataError('no "task" with a problem\'s id', where=where, hint=_SHAPE)
    if not isinstance(sample, int) or isinstance(sample, bool) or sample < 0:
        raise DataError('no "sample" with a number from 0', where=where, hint=_SHAPE)
    for name in ("code", "response"):
        if isinstance(row.get(name), str):
            return Generation(task, sample, encodable(row[name]), name == "response")
    raise DataError('neither "code" nor "response" with a text', where=where, hint=_SHAPE)
