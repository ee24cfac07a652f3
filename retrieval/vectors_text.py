"""The text of a unit as an embedding reads it: what it is in plain words, then its source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence

import numpy as np

from gatewright.core import GatewrightError
from gatewright.retrieval.facts.types import Block, Instance, Module, Port, Range, Signal
from gatewright.retrieval.index import View
from gatewright.retrieval.index_segment import Level, Segment
from gatewright.retrieval.lexicon import LEXICON
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.text import split
from gatewright.retrieval.verbal import Ways, block_words, instance_words, ways_of

_MOST_CODE = 1200  # characters: a small model reads no further
_MOST_NAMES = 12


def unit_texts(
    repository: Repository, view: View, level: Level, wanted: Container[int]
) -> Iterator[tuple[int, str]]:
    """Digest and text of the units of a level whose digests are wanted, each digest once.

    What changed since the index was made is left out: the next look tells.
    """
    told: set[int] = set()
    for segment, alive in zip(view.segments, view.alive[level], strict=True):
        digests = segment.levels[level].digest
        missing = [unit for unit in np.flatnonzero(alive).tolist() if int(digests[unit]) in wanted]
        for content, units in _by_content(segment, level, missing).items():
            path = view.paths[segment.contents[content]][0]
            texts = _File(repository, path, segment, content, level)
            for unit in units:
                digest = int(digests[unit])
                if digest not in told and (text := texts.of(unit)):
                    told.add(digest)
                    yield digest, text


def _by_content(segment: Segment, level: Level, units: Sequence[int]) -> dict[int, list[int]]:
    owners = segment.content[segment.levels[level].module]
    found: dict[int, list[int]] = defaultdict(list)
    for unit in units:
        found[int(owners[unit])].append(unit)
    return found


class _File:
    """A file's units: the index keeps them in the order of the facts."""

    def __init__(
        self, repository: Repository, path: str, segment: Segment, content: int, level: Level
    ) -> None:
        self._level = level
        self._units = segment.levels[level]
        self._numbers = np.flatnonzero(segment.content == content).tolist()
        facts = repository.facts(path)
        self._modules = facts.modules if facts is not None else ()
        try:
            self._lines = repository.text(path).split("\n")
        except GatewrightError:
            self._modules = ()
        self._firsts = np.searchsorted(self._units.module, self._numbers).tolist()

    def of(self, unit: int) -> str:
        """A unit's text; empty where the file is another by now."""
        place = self._numbers.index(int(self._units.module[unit]))
        if place >= len(self._modules):
            return ""
        module = self._modules[place]
        if self._level is Level.MODULE:
            return module_text(module) if module.range.line == self._units.line[unit] else ""
        parts = _parts(module, self._level)
        position = unit - self._firsts[place]
        if position >= len(parts) or parts[position].range.line != self._units.line[unit]:
            return ""
        return self._part(module, parts[position])

    def _part(self, module: Module, part: Block | Instance | Port | Signal) -> str:
        if isinstance(part, Block):
            return block_text(module, part, ways_of(module), _source(self._lines, part.range))
        if isinstance(part, Instance):
            return instance_text(module, part, _source(self._lines, part.range))
        return signal_text(module, part)


def _parts(module: Module, level: Level) -> Sequence[Block | Instance | Port | Signal]:
    if level is Level.BLOCK:
        return (*module.blocks, *module.instances)
    return (*module.ports, *module.signals)


def block_text(module: Module, block: Block, ways: Ways, source: str) -> str:
    """A block: what it does, in which module, and its source."""
    does = ", ".join(block_words(block, ways, source))
    said = (
        f"{' '.join((block.kind.value, *_words(block.name)))} in {spelled(module.name)}",
        block.doc,
        does,
        f"drives {_names(block.drives)}" if block.drives else "",
        f"reads {_names(block.loads)}" if block.loads else "",
    )
    return _joined(*said, source)


def instance_text(module: Module, instance: Instance, source: str) -> str:
    """An instance: of what, where, and its source."""
    what = f"instance of {spelled(instance.module)} named {spelled(instance.name)}"
    does = ", ".join(instance_words(instance))
    return _joined(f"{what} in {spelled(module.name)}", instance.doc, does, source)


def module_text(module: Module) -> str:
    """A module: its name, comment, ports and parts."""
    parts = dict.fromkeys(i.module for i in module.instances)
    return _joined(
        f"{module.kind.value} {spelled(module.name)}",
        module.doc,
        *(
            f"{way}s {_names([p.name for p in module.ports if p.direction == way])}"
            for way in ("input", "output", "inout")
            if any(p.direction == way for p in module.ports)
        ),
        f"instantiates {_names(tuple(parts))}" if parts else "",
        f"signals {_names([s.name for s in module.signals])}" if module.signals else "",
    )


def signal_text(module: Module, signal: Port | Signal) -> str:
    """A signal or port: its name, type and comment, and its module."""
    kind = f"{signal.direction} port" if isinstance(signal, Port) else "signal"
    return _joined(
        f"{kind} {spelled(signal.name)} of {spelled(module.name)}", signal.type, signal.doc
    )


def spelled(name: str) -> str:
    """A name's parts as words, abbreviations written out: `wr_ptr` is `write pointer`."""
    return " ".join(_words(name))


def _words(name: str) -> list[str]:
    return [word for part in split(name) for word in LEXICON.get(part, (part,))]


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(spelled, names[:_MOST_NAMES]))


def _joined(*parts: str) -> str:
    return ". ".join(part.strip(" .\n\t") for part in parts if part.strip(" .\n\t"))


def _source(lines: Sequence[str], at: Range) -> str:
    return "\n".join(lines[at.line - 1 : at.end_line])[:_MOST_CODE]
