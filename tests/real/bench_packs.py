"""How much of what an instance needs is in the context pack of the place where it begins.

    python tests/real/bench_packs.py REPOSITORY [PLACES]

The file is cut off behind the module's name. Told, by budget: the share of the module's ports
that the pack's headers show, and of the names in the instance that the file did not have before
which the pack has; both beside the same number of tokens of the nearest files' text. CPU time is
that of a pack in a process that has the repository open.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import NamedTuple

from gatewright.retrieval.facts.types import Instance
from gatewright.retrieval.pack import Pack, pack
from gatewright.retrieval.pack_parts import PartKind, shared_folders, tokens_of
from gatewright.retrieval.repository import Definition, Repository

_WORD = re.compile(r"[A-Za-z_]\w*")


class Place(NamedTuple):
    """An instance, in its file, of a module of another file."""

    path: str
    instance: Instance
    definition: Definition


@dataclass
class Tally:
    """What was counted at some places; `near` counts the nearest files' text."""

    places: int = 0
    headers: int = 0
    ports: int = 0
    ports_shown: int = 0
    ports_near: int = 0
    names: int = 0
    names_shown: int = 0
    names_near: int = 0
    cpu_s: list[float] = field(default_factory=list)


def places(repository: Repository, most: int) -> list[Place]:
    """Instances over several lines, drawn with a fixed seed."""
    found = list(_places(repository))
    random.Random(1).shuffle(found)
    return found[:most]


def _places(repository: Repository) -> Iterator[Place]:
    for definition in repository.definitions():
        for instance in repository.module(definition).instances:
            below = repository.definition(instance.module, definition.path)
            if below is None or below.kind != "module" or below.path == definition.path:
                continue
            if below.ports and instance.range.end_line > instance.range.line:
                yield Place(definition.path, instance, below)


def cut(repository: Repository, place: Place) -> str:
    """The file's text up to the instance, whose module's name is just written."""
    at = place.instance.range
    lines = repository.text(place.path).split("\n")
    begun = lines[at.line - 1][: at.column - 1] + place.definition.name
    return "\n".join([*lines[: at.line - 1], begun])


def shown_headers(found: Pack) -> dict[str, set[str]]:
    """The words of each header in a pack, by its module's name."""
    parts = [part for part in found.parts if part.kind is PartKind.HEADER]
    return {part.name: set(_WORD.findall(part.text)) for part in parts}


def measure(repository: Repository, asked: list[Place], tokens: int) -> Tally:
    """Count what packs of that many tokens hold."""
    tally = Tally()
    for place in asked:
        text = cut(repository, place)
        at = place.instance.range
        began = time.process_time()
        found = pack(repository, place.path, at.line, tokens, text=text)
        tally.cpu_s.append(time.process_time() - began)
        assert tokens_of(found.text) <= tokens
        header = shown_headers(found).get(place.definition.name)
        lines = repository.text(place.path).split("\n")[at.line - 1 : at.end_line]
        needed = set(_WORD.findall("\n".join(lines))) - set(_WORD.findall(text))
        near = _nearest(repository, place.path, tokens)
        ports = {port[0] for port in place.definition.ports}
        tally.places += 1
        tally.headers += header is not None
        tally.ports += len(ports)
        tally.ports_shown += len(ports & (header or set()))
        tally.ports_near += len(ports & near)
        tally.names += len(needed)
        tally.names_shown += len(needed & set(_WORD.findall(found.text)))
        tally.names_near += len(needed & near)
    return tally


def _nearest(repository: Repository, path: str, tokens: int) -> set[str]:
    """The words of the other files, nearest first, as far as the budget goes."""
    words: set[str] = set()
    others = [source.path for source in repository.files if source.path != path and not source.note]
    for other in sorted(others, key=lambda each: (-shared_folders(each, path), each)):
        for line in repository.text(other).split("\n"):
            tokens -= tokens_of(f"{line}\n")
            if tokens < 0:
                return words
            words.update(_WORD.findall(line))
    return words


def main() -> None:
    """Print a line a budget."""
    root, most = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100
    with tempfile.TemporaryDirectory() as cache, Repository.open(root, Path(cache)) as repository:
        asked = places(repository, most)
        for tokens in (1000, 2000, 4000):
            t = measure(repository, asked, tokens)
            print(
                f"{root.name}: {t.places} at {tokens} tokens: header {t.headers / t.places:.3f}"
                f", ports {t.ports_shown / t.ports:.3f} (nearest text {t.ports_near / t.ports:.3f})"
                f", new names {t.names_shown / t.names:.3f} ({t.names_near / t.names:.3f})"
                f", {1000 * median(t.cpu_s):.0f} ms CPU"
            )


if __name__ == "__main__":
    main()
