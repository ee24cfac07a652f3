"""What a confined process gets of a repository, and how it is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gatewright.retrieval.facts.types import Module
from gatewright.retrieval.repository import Definition, Repository

SOURCES = "src"
_MOST_FILES = 4000
_WORD = re.compile(r"[A-Za-z_]\w*")


class Runner(Protocol):
    """Runs a Python script of ours confined, with its folder as the only place it may write."""

    def __call__(self, script: Path, folder: Path) -> str:
        """Empty where it ended well; else, in a few words, how it ended."""
        ...


@dataclass(frozen=True, slots=True)
class Files:
    """Files copied: those to compile, and those that they include.

    `roots` are the folders from which an include with folders in its name (`lib/defs.svh`) counts.
    """

    compiled: tuple[str, ...]
    included: tuple[str, ...]
    roots: tuple[str, ...] = ()

    @property
    def written(self) -> list[str]:
        """Where those to compile are in the process's folder."""
        return [f"{SOURCES}/{file}" for file in self.compiled]

    @property
    def folders(self) -> list[str]:
        """Where files that are included may be in the process's folder."""
        every = (*self.compiled, *self.included)
        folders = {str(Path(SOURCES, file).parent) for file in every}
        return sorted(folders | {str(Path(SOURCES, root)) for root in self.roots})


def copied(repository: Repository, top: Definition, folder: Path) -> Files:
    """Copy the files that a module needs, and those that they include."""
    needed = list(_needed(repository, top))
    by_name: dict[str, list[str]] = {}
    for source in repository.files:
        by_name.setdefault(source.path.rpartition("/")[2], []).append(source.path)
    included: dict[str, None] = {}
    roots: dict[str, None] = {}
    waiting = list(needed)
    while waiting:
        facts = repository.facts(waiting.pop())
        for name in facts.includes if facts is not None else ():
            for path in by_name.get(name.rpartition("/")[2], ()):
                if "/" in name and f"/{path}".endswith(f"/{name}"):
                    roots[path[: -len(name)]] = None
                if path not in included:
                    included[path] = None
                    waiting.append(path)
    for path in dict.fromkeys((*needed, *included)):
        target = folder / SOURCES / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(repository.text(path), encoding="utf-8", errors="replace")
    return Files(tuple(needed), tuple(included), tuple(roots))


def _needed(repository: Repository, top: Definition) -> Iterator[str]:
    """The files of a module, of what it instantiates and of the packages they name."""
    files = set[str]()
    for definition in reached(repository, top):
        if definition.path not in files:
            files.add(definition.path)
            yield definition.path
        if len(files) >= _MOST_FILES:
            return


def reached(repository: Repository, top: Definition) -> Iterator[Definition]:
    """A module, then what it instantiates and the packages they name, each once."""
    waiting, seen = [top], {top}
    while waiting:
        definition = waiting.pop()
        yield definition
        for name in sorted(_names(repository.module(definition))):
            found = repository.definition(name, definition.path)
            if found is not None and found not in seen:
                seen.add(found)
                waiting.append(found)


def _names(module: Module) -> set[str]:
    """Modules, packages and interfaces that a module names."""
    names = {instance.module for instance in module.instances} | set(module.packages)
    names |= {text.partition("::")[0] for text in module.imports}
    names |= {base.partition("#")[0].strip() for base in module.bases}
    return names | {word[0] for port in module.ports if (word := _WORD.match(port.type))}
