"""`run.json`: what a run is a run of. Two runs with the same manifest may share a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from gatewright.core import DataError, UsageError
from gatewright.eval.answers import Origins
from gatewright.eval.folder import MANIFEST
from gatewright.eval.rowfile import NEW, stop_writing


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything a figure depends on. `problems` and `samples` fix the denominators.

    `dataset_path` and `wall_s` are for the reader: they may differ when a run is resumed.
    """

    gatewright: str
    suite: str
    dataset_sha256: str
    dataset_path: str
    problems: tuple[str, ...]
    samples: int
    rules: tuple[str, ...]
    answers: Origins
    tools: Mapping[str, str] = field(default_factory=dict)
    wall_s: float = 0.0

    @property
    def total(self) -> int:
        """How many answers are wanted: the denominator."""
        return len(self.problems) * self.samples


def read_manifest(out: Path) -> Manifest | None:
    """The manifest of a run's folder, None where there is none. Raises DataError."""
    from pydantic import TypeAdapter

    path = out / MANIFEST
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from error
    try:
        return TypeAdapter(Manifest).validate_json(data)
    except ValueError as error:
        detail = " ".join(part.strip() for part in str(error).splitlines()[1:3])
        raise DataError(
            f"not a run's description: {detail}",
            where=str(path),
            hint="give --out another folder, or delete this one",
        ) from None


def write_manifest(out: Path, manifest: Manifest) -> None:
    """Write it in one step. Raises DataError where the folder cannot be written."""
    from pydantic import TypeAdapter

    path = out / MANIFEST
    fresh = path.with_name(f"{MANIFEST}{NEW}")
    try:
        with fresh.open("wb") as file:
            file.write(TypeAdapter(Manifest).dump_json(manifest, indent=1) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise stop_writing(path, error) from error


_LOOSE = ("dataset_path", "wall_s", "answers", "rules", "tools")
_SCORING = ("rules", "tools")
_DIGEST = 64
_IN_WORDS = {"dataset_sha256": "the data's SHA-256", "sha256": "the answers' SHA-256"}


def agree(old: Manifest, new: Manifest, out: Path, *, asking: bool, scored: bool) -> Manifest:
    """The manifest to go on with. Raises UsageError that names every difference.

    `asking`: the new run brings answers (else it scores what is there, whoever made it).
    `scored`: some answers have verdicts (else rule sets and tools are still open).
    """
    names = [f.name for f in fields(Manifest) if f.name not in _LOOSE]
    differences = list(_differences(old, new, names))
    if asking:
        differences += _differences(
            old.answers, new.answers, [f.name for f in fields(Origins)], "answers "
        )
    if scored:
        differences += _differences(old, new, _SCORING)
    if differences:
        raise UsageError(
            "holds a run that differs: " + "; ".join(differences),
            where=str(out),
            hint="give --out another folder, or the same parameters as before",
        )
    return replace(old, rules=new.rules, tools=new.tools)


def _differences(old: Any, new: Any, names: Any, prefix: str = "") -> Iterator[str]:
    for name in names:
        before, now = getattr(old, name), getattr(new, name)
        if before != now:
            what = _IN_WORDS.get(name, f"{prefix}{name}")
            yield f"{what}: {_short(before, now)} before, {_short(now, before)} now"


def _short(value: Any, other: Any) -> str:
    """A value as a message shows it: of two mappings only what differs, of long lists the size,
    of a digest its beginning."""
    if isinstance(value, Mapping):
        apart = {k: v for k, v in value.items() if other.get(k, _short) != v}
        return ", ".join(f"{k}={v}" for k, v in sorted(apart.items())) or "nothing"
    if isinstance(value, tuple):
        return ",".join(value) if len(value) <= 4 else f"{len(value)} of them"
    if isinstance(value, str) and len(value) == _DIGEST:
        return value[:12]
    return str(value) or "nothing"
