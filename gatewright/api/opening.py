"""What the functions are given: files by their names, texts as sources, a model by its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.core import Source, UsageError

if TYPE_CHECKING:
    from gatewright.agents.workbench import Workbench
    from gatewright.agents.workbench.given import Given
    from gatewright.core.config import Settings
    from gatewright.models import Model

File = str | Path | Source
"""A file's name, or a text with a name: `Source("adder.sv", "module adder ...")`."""

Files = File | Iterable[File]
"""One file, or several."""


@dataclass(frozen=True, slots=True)
class Handed:
    """Files as a workbench takes them, and the folders that they lie in."""

    folders: tuple[Path, ...]
    given: tuple[tuple[Given, ...], ...]


def handed(*several: Files) -> Handed:
    """Files that a caller named, wherever they are. Raises UsageError for what is no name."""
    folders: dict[Path, None] = {}
    given: list[tuple[Given, ...]] = []
    for files in several:
        found: list[Given] = []
        for file in (files,) if isinstance(files, (str, Path, Source)) else files:
            if isinstance(file, Source):
                found.append(file)
                continue
            path = _resolved(file)
            folders[path.parent] = None
            found.append(str(path))
        given.append(tuple(found))
    return Handed(tuple(folders), tuple(given))


def checking(folders: Sequence[Path], settings: Settings | None = None) -> Workbench:
    """A workbench for one call that asks no model."""
    from gatewright.agents.workbench import Workbench

    return Workbench(folders, settings=settings)


def writing(
    folders: Sequence[Path],
    model: str | Model | None,
    base_url: str | None,
    settings: Settings | None,
) -> Workbench:
    """A workbench with a model: a name as `--model` takes it, a model itself, or None: as the
    settings say."""
    from gatewright.agents.workbench import Workbench, open_workbench

    if model is not None and not isinstance(model, str):
        return Workbench(folders, model, settings=settings)
    if settings is None:
        return open_workbench(folders, model=model, base_url=base_url)
    flags = {"model": model, "base_url": base_url}
    given = {key: value for key, value in flags.items() if value is not None}
    return open_workbench(folders, settings=settings.model_copy(update=given))


def _resolved(file: str | Path) -> Path:
    text = str(file)
    if "\n" in text or not text.strip():
        raise UsageError(
            "is no file's name",
            where=repr(text[:40]),
            hint="give code as gatewright.Source('adder.sv', text)",
        )
    return Path(file).expanduser().resolve()
