"""From a file's facts and text to units with terms: the writer of a segment of the index."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Sequence

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
from gatewright.retrieval.index_postings import Postings, postings
from gatewright.retrieval.index_segment import Level, Links, Segment, Units
from gatewright.retrieval.index_signals import Uses
from gatewright.retrieval.index_words import Vocabulary
from gatewright.retrieval.verbal import (
    Ways,
    code_words,
    instance_words,
    role_words,
    ways_of,
    widths,
    without_comments,
)

_NAMES_SHOWN = 3  # of what a block without a name drives
_MOST_TEXT = 20_000  # characters of a block that are read; what is longer is a table
# What counts in a module, beside the names of its ports.
_NAME_WEIGHT = 2
_DOC_WEIGHT = 5
_PART_WEIGHT = 4  # of the names of what it instantiates
# And in a signal.
_OWN_NAME_WEIGHT = 3
_OWN_DOC_WEIGHT = 2


class _Writer:
    """The arrays of one level while they grow."""

    def __init__(self) -> None:
        self.rows = array("I")  # of each unit its module, line, last line and clock
        self.digests = array("Q")
        self.label_sizes, self.labels = array("I"), bytearray()
        self.terms, self.lengths = array("I"), array("I")

    def add(
        self, module: int, label: str, at: Range, clock: int, digest: int, terms: list[int]
    ) -> None:
        self.rows.extend((module, at.line, at.end_line, clock))
        self.digests.append(digest)
        data = label.encode("utf-8", "replace")
        self.label_sizes.append(len(data))
        self.labels += data
        self.terms.fromlist(terms)
        self.lengths.append(len(terms))

    def done(self, vocabulary: Vocabulary) -> Units:
        held: Postings = postings(self.terms, vocabulary.hashes, self.lengths)
        module, line, end_line, clock = np.array(self.rows, dtype=np.uint32).reshape(-1, 4).T.copy()
        digests = np.array(self.digests, dtype=np.uint64)
        return Units(
            module,
            line,
            end_line,
            clock,
            digest=digests,
            label_sizes=np.array(self.label_sizes, dtype=np.uint32),
            labels=np.frombuffer(bytes(self.labels), dtype=np.uint8),
            postings=held,
        )


class SegmentWriter:
    """Takes in files one by one; `done` gives the segment."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._writers = {level: _Writer() for level in Level}
        self._contents: list[bytes] = []
        self._names: list[str] = []
        self._clocks: dict[str, int] = {"": 0}
        self._content = array("I")
        self._touched: list[list[int]] = []
        self._codes: dict[str, list[int]] = {}  # the terms of a text; a fifth of them are copies

    def __len__(self) -> int:
        return len(self._contents)

    def add(self, key: bytes, facts: FileFacts, text: str) -> None:
        """A file's content: its hash, what it holds, its text."""
        lines = text.split("\n")
        for module in facts.modules:
            self._module(len(self._contents), module, lines)
        self._contents.append(key)

    def _module(self, content: int, module: Module, lines: Sequence[str]) -> None:
        number = len(self._names)
        self._names.append(module.name)
        self._content.append(content)
        features: Counter[int] = Counter()
        ways = ways_of(module)
        blocks = self._writers[Level.BLOCK].digests
        first = len(blocks)
        for block in module.blocks:
            features.update(set(self._block(number, block, ways, lines)))
        for instance in module.instances:
            self._instance(number, instance, lines)
        self._touched += _touched(module, len(self._writers[Level.SIGNAL].lengths))
        self._whole(number, module, features, blocks[first:])
        self._signals(number, module)

    def _block(self, number: int, block: Block, ways: Ways, lines: Sequence[str]) -> list[int]:
        """Take in a block; its terms."""
        text = _text(lines, block.range)
        code = without_comments(text)
        terms = self._vocabulary.text(f"{block.doc} {block.name} {block.scope}")
        terms += self._vocabulary.phrases(role_words(block, ways, code))
        terms += self._said(text, code)
        clock = self._clocks.setdefault(block.clock, len(self._clocks))
        writer = self._writers[Level.BLOCK]
        label = f"{block.kind.value} {block.name or ', '.join(block.drives[:_NAMES_SHOWN])}"
        writer.add(number, label, block.range, clock, _digest(text), terms)
        return terms

    def _said(self, text: str, code: str) -> list[int]:
        """What a text says, and what it means; `code` is the text without its comments."""
        found = self._codes.get(text)
        if found is None:
            phrases = self._vocabulary.phrases
            found = self._vocabulary.text(text)
            found += phrases(code_words(code)) + phrases(widths(code))
            self._codes[text] = found
        return found

    def _instance(self, number: int, instance: Instance, lines: Sequence[str]) -> None:
        text = _text(lines, instance.range)
        terms = self._vocabulary.text(text)
        terms += 2 * self._vocabulary.text(f"{instance.module} {instance.name} {instance.doc}")
        terms += self._vocabulary.phrases(instance_words(instance))
        writer = self._writers[Level.BLOCK]
        label = f"instance {instance.name}"
        writer.add(number, label, instance.range, 0, _digest(text), terms)

    def _whole(
        self, number: int, module: Module, features: Counter[int], blocks: Sequence[int]
    ) -> None:
        """A module: what its blocks do (the logarithm of how many), its names and comments.
        `blocks` are the digests of its blocks and instances."""
        terms: list[int] = []
        for term, held_by in features.items():
            terms += [term] * held_by.bit_length()
        said = self._vocabulary.text
        terms += _NAME_WEIGHT * said(module.name) + _DOC_WEIGHT * said(module.doc)
        terms += _PART_WEIGHT * said(" ".join(f"{i.module} {i.name}" for i in module.instances))
        terms += said(" ".join(f"{port.name} {port.doc}" for port in module.ports))
        names = [parameter.name for parameter in module.parameters]
        for named in module.types:
            names += (named.name, *named.members)
        terms += said(" ".join((*names, *module.bases, *module.packages)))
        ports = [(port.direction, port.type, port.name) for port in module.ports]
        digest = _hashed(f"{module.name} {module.doc} {ports} {names} {list(blocks)}")
        label = f"{module.kind.value} {module.name}"
        self._writers[Level.MODULE].add(number, label, module.range, 0, digest, terms)

    def _signals(self, number: int, module: Module) -> None:
        writer = self._writers[Level.SIGNAL]
        clocks = {name: b.clock for b in module.blocks if b.clock for name in b.drives}
        uses, said, label = Uses(module), self._vocabulary.text, self._vocabulary.label
        signals: list[Port | Signal] = [*module.ports, *module.signals]
        for signal in signals:
            terms = [*_OWN_NAME_WEIGHT * label(signal.name), *label(signal.type)]
            if signal.doc:
                terms += _OWN_DOC_WEIGHT * said(signal.doc)
            terms += self._vocabulary.phrases(uses.words(signal))
            for name in uses.connected(signal.name):
                terms += label(name)
            kind = "signal"
            if isinstance(signal, Port):
                kind = signal.direction or "port"
            clock = self._clocks[clocks.get(signal.name, "")]
            digest = _hashed(f"{module.name} {signal.name}")
            writer.add(number, f"{kind} {signal.name}", signal.range, clock, digest, terms)

    def done(self) -> Segment:
        """What was taken in."""
        return Segment(
            tuple(self._contents),
            tuple(self._names),
            tuple(self._clocks),
            np.array(self._content, dtype=np.uint32),
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
    middle = lines[first + 1 : last - 1]
    whole = (lines[first][at.column - 1 :], *middle, lines[last - 1][: at.end_column])
    return "\n".join(whole)[:_MOST_TEXT]


def _digest(text: str) -> int:
    """A number that texts share which differ in white space only."""
    return _hashed("".join(text.split()))


def _hashed(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")


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
