"""From a file's facts and text to units with terms: the writer of a segment of the index."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from gatewright.retrieval.facts.types import (
    Block,
    FileFacts,
    Instance,
    Module,
    Port,
    Range,
    Signal,
)
from gatewright.retrieval.index_postings import Postings, postings, term_hash
from gatewright.retrieval.index_segment import Level, Links, Segment, Units
from gatewright.retrieval.text import WORD, stem, terms_of
from gatewright.retrieval.verbal import block_words, instance_words

Terms = dict[int, int]

_MOST_TEXT = 20_000  # characters of a block that are read; what is longer is a table
# What counts in a module, beside the names of its ports.
_NAME_WEIGHT = 3
_DOC_WEIGHT = 4
_PART_WEIGHT = 3  # of the names of what it instantiates


class _Vocabulary:
    """Terms by number, and what names and phrases come to."""

    def __init__(self) -> None:
        self.hashes = array("Q")
        self._numbers: dict[str, int] = {}
        self._words: dict[str, tuple[int, ...]] = {}
        self._phrases: dict[str, tuple[int, ...]] = {}

    def number(self, term: str) -> int:
        found = self._numbers.get(term)
        if found is None:
            found = self._numbers[term] = len(self.hashes)
            self.hashes.append(term_hash(term))
        return found

    def word(self, word: str) -> tuple[int, ...]:
        found = self._words.get(word)
        if found is None:
            found = self._words[word] = tuple(self.number(t) for t in terms_of(word))
        return found

    def phrase(self, phrase: str) -> tuple[int, ...]:
        found = self._phrases.get(phrase)
        if found is None:
            found = self._phrases[phrase] = tuple(self.number(stem(w)) for w in phrase.split())
        return found

    def add_text(self, to: Terms, text: str, weight: int = 1) -> None:
        words = self._words
        for word, count in Counter(WORD.findall(text)).items():
            for number in words.get(word) or self.word(word):
                to[number] = to.get(number, 0) + count * weight

    def add_phrases(self, to: Terms, phrases: Iterable[str]) -> None:
        known = self._phrases
        for phrase in phrases:
            for number in known.get(phrase) or self.phrase(phrase):
                to[number] = to.get(number, 0) + 1


class _Writer:
    """The arrays of one level while they grow."""

    def __init__(self) -> None:
        self.columns = {
            name: array("I") for name in ("module", "place", "line", "end_line", "clock")
        }
        self.digests = array("Q")
        self.terms, self.units, self.counts = array("I"), array("I"), array("I")
        self.lengths = array("I")

    def add(
        self, module: int, place: int, at: Range, clock: int, digest: int, found: Terms
    ) -> None:
        unit = len(self.lengths)
        row = (module, place, at.line, at.end_line, clock)
        for column, value in zip(self.columns.values(), row, strict=True):
            column.append(value)
        self.digests.append(digest)
        self.terms.extend(found.keys())
        self.counts.extend(found.values())
        self.units.extend([unit] * len(found))
        self.lengths.append(min(sum(found.values()), 0xFFFFFFFF))

    def done(self, vocabulary: _Vocabulary) -> Units:
        held: Postings = postings(
            self.terms, self.units, self.counts, vocabulary.hashes, self.lengths
        )
        columns = {n: np.array(c, dtype=np.uint32) for n, c in self.columns.items()}
        digests = np.array(self.digests, dtype=np.uint64)
        return Units(**columns, digest=digests, postings=held)


class SegmentWriter:
    """Takes in files one by one; `done` gives the segment."""

    def __init__(self) -> None:
        self._vocabulary = _Vocabulary()
        self._writers = {level: _Writer() for level in Level}
        self._contents: list[bytes] = []
        self._names: list[str] = []
        self._clocks: dict[str, int] = {"": 0}
        self._content, self._ordinal = array("I"), array("I")
        self._touched: list[list[int]] = []

    def __len__(self) -> int:
        return len(self._contents)

    def add(self, key: bytes, facts: FileFacts, text: str) -> None:
        """A file's content: its hash, what it holds, its text."""
        lines = text.splitlines(keepends=True)
        for ordinal, module in enumerate(facts.modules):
            self._module(len(self._contents), ordinal, module, lines)
        self._contents.append(key)

    def _module(self, content: int, ordinal: int, module: Module, lines: Sequence[str]) -> None:
        number = len(self._names)
        self._names.append(module.name)
        self._content.append(content)
        self._ordinal.append(ordinal)
        features: Terms = {}
        heads: Terms = {}
        for place, block in enumerate(module.blocks):
            self._block(number, place, block, module, lines, features)
        for place, instance in enumerate(module.instances, len(module.blocks)):
            self._instance(number, place, instance, lines, heads)
        self._touched += _touched(module, len(self._writers[Level.SIGNAL].lengths))
        self._whole(number, module, features, heads)
        self._signals(number, module)

    def _block(
        self, module: int, place: int, block: Block, within: Module, lines: Sequence[str],
        features: Terms,
    ) -> None:  # fmt: skip
        text = _text(lines, block.range)
        found: Terms = {}
        self._vocabulary.add_text(found, text)
        self._vocabulary.add_phrases(found, block_words(block, within, text))
        self._vocabulary.add_text(found, f"{block.doc} {block.name} {block.scope}")
        clock = self._clocks.setdefault(block.clock, len(self._clocks))
        writer = self._writers[Level.BLOCK]
        writer.add(module, place, block.range, clock, _digest(text), found)
        _count(features, found)

    def _instance(
        self, module: int, place: int, instance: Instance, lines: Sequence[str], heads: Terms
    ) -> None:
        text = _text(lines, instance.range)
        found: Terms = {}
        self._vocabulary.add_text(found, text)
        self._vocabulary.add_text(found, f"{instance.module} {instance.name} {instance.doc}", 2)
        self._vocabulary.add_phrases(found, instance_words(instance))
        writer = self._writers[Level.BLOCK]
        writer.add(module, place, instance.range, 0, _digest(text), found)
        self._vocabulary.add_text(heads, f"{instance.module} {instance.name}", _PART_WEIGHT)

    def _whole(self, number: int, module: Module, features: Terms, found: Terms) -> None:
        for term, blocks in features.items():
            found[term] = found.get(term, 0) + blocks.bit_length()  # the logarithm: 1, 2, 2, 3
        self._vocabulary.add_text(found, module.name, _NAME_WEIGHT)
        self._vocabulary.add_text(found, module.doc, _DOC_WEIGHT)
        for port in module.ports:
            self._vocabulary.add_text(found, f"{port.name} {port.doc}")
        for parameter in module.parameters:
            self._vocabulary.add_text(found, parameter.name)
        for named in module.types:
            self._vocabulary.add_text(found, " ".join((named.name, *named.members)))
        self._vocabulary.add_text(found, " ".join((*module.bases, *module.packages)))
        digest = _digest(f"{module.name} {sorted(found.items())}")
        self._writers[Level.MODULE].add(number, 0, module.range, 0, digest, found)

    def _signals(self, number: int, module: Module) -> None:
        writer = self._writers[Level.SIGNAL]
        clocks = {name: b.clock for b in module.blocks if b.clock for name in b.drives}
        signals: list[Port | Signal] = [*module.ports, *module.signals]
        for place, signal in enumerate(signals):
            found: Terms = {}
            self._vocabulary.add_text(found, signal.name)
            self._vocabulary.add_text(found, f"{signal.doc} {signal.type}")
            if place < len(module.ports):
                self._vocabulary.add_phrases(found, _way(module.ports[place].direction))
            clock = self._clocks[clocks.get(signal.name, "")]
            digest = _digest(f"{module.name} {signal.name}")
            writer.add(number, place, signal.range, clock, digest, found)

    def done(self) -> Segment:
        """What was taken in."""
        return Segment(
            tuple(self._contents),
            tuple(self._names),
            tuple(self._clocks),
            np.array(self._content, dtype=np.uint32),
            np.array(self._ordinal, dtype=np.uint32),
            {level: writer.done(self._vocabulary) for level, writer in self._writers.items()},
            _links(self._touched),
        )


def _text(lines: Sequence[str], at: Range) -> str:
    """The source of a range, cut where it is very long."""
    first, last = at.line - 1, min(at.end_line, len(lines))
    if first >= last:
        return ""
    if first == last - 1:
        return lines[first][at.column - 1 : at.end_column]
    middle = "".join(lines[first + 1 : last - 1])
    return (lines[first][at.column - 1 :] + middle + lines[last - 1][: at.end_column])[:_MOST_TEXT]


def _digest(text: str) -> int:
    """A number that texts share which differ in white space only."""
    squeezed = "".join(text.split()).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(squeezed, digest_size=8).digest(), "little")


def _count(features: Terms, found: Terms) -> None:
    for number in found:
        features[number] = features.get(number, 0) + 1


def _way(direction: str) -> tuple[str, ...]:
    return (f"{direction} port",) if direction else ()


def _touched(module: Module, first: int) -> list[list[int]]:
    """For each block and instance the signals it drives or reads, counted from `first`."""
    names = [port.name for port in module.ports] + [signal.name for signal in module.signals]
    numbers = {name: number for number, name in enumerate(names, first)}
    users = [{*block.drives, *block.loads} for block in module.blocks]
    users += [{name for c in i.connections for name in c.names} for i in module.instances]
    return [sorted(numbers[name] for name in used if name in numbers) for used in users]


def _links(rows: Sequence[Sequence[int]]) -> Links:
    sizes = np.fromiter((len(row) for row in rows), dtype=np.uint32, count=len(rows))
    targets = np.array([t for row in rows for t in row], dtype=np.uint32)
    return Links(np.r_[0, np.cumsum(sizes)].astype(np.uint32), targets)
