"""A part of the index: the units of some contents, what they say, and how they hang together."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gatewright.retrieval.index_postings import Bools, Hashes, Ints, Postings, merged

T = TypeVar("T")


class Level(StrEnum):
    """What is looked for. A block is a process, an assignment, a function or an instance."""

    MODULE = "module"
    BLOCK = "block"
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """The units of a level, in arrays: each one's `module` (a number in the segment), the lines,
    a `digest` that copies share, and its `clock`. `labels` are their kinds and names in UTF-8, one
    after the other, each of so many bytes.
    """

    module: Ints
    line: Ints
    end_line: Ints
    clock: Ints
    digest: Hashes
    label_sizes: Ints
    labels: NDArray[np.uint8]
    postings: Postings

    def label(self, unit: int) -> tuple[str, str]:
        """A unit's kind and name."""
        start = int(self.label_sizes[:unit].sum())
        data = self.labels[start : start + int(self.label_sizes[unit])].tobytes()
        kind, _, name = data.decode("utf-8", "replace").partition(" ")
        return kind, name


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """From unit n to `targets[starts[n]:starts[n + 1]]`."""

    starts: Ints
    targets: Ints

    def from_units(self, units: Ints) -> Ints:
        """Where some units lead, one after the other."""
        starts = self.starts.astype(np.int64)
        first, size = starts[units], np.diff(starts)[units]
        places = np.arange(int(size.sum())) + np.repeat(first - np.cumsum(size) + size, size)
        found: Ints = np.take(self.targets, places)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Units of files. `content` tells a module's content.

    `touched` joins a block with the signals that it drives or reads. Clock 0 is none.
    """

    contents: tuple[bytes, ...]
    names: tuple[str, ...]
    clocks: tuple[str, ...]
    content: Ints
    levels: dict[Level, Units]
    touched: Links

    def touching_lengths(self) -> NDArray[np.float32]:
        """How many different terms the blocks hold that touch each signal."""
        blocks = self.levels[Level.BLOCK].postings
        terms = np.bincount(blocks.units, minlength=len(blocks.lengths))
        weight = np.repeat(terms, np.diff(self.touched.starts))
        size = len(self.levels[Level.SIGNAL].module)
        return np.bincount(self.touched.targets, weight, size).astype(np.float32)


def merge(segments: Sequence[Segment], kept: Sequence[Sequence[bool]]) -> Segment:
    """One segment of several; of each one's contents those that are kept."""
    content_kept = [np.array(k, dtype=np.bool_) for k in kept]
    new_content = _numbers(content_kept)
    module_kept = [k[s.content] for s, k in zip(segments, content_kept, strict=True)]
    new_module = _numbers(module_kept)
    clocks = ("", *dict.fromkeys(c for s in segments for c in s.clocks if c))
    renamed = [np.array([clocks.index(c) for c in s.clocks], dtype=np.uint32) for s in segments]
    unit_kept = {
        level: [keep[s.levels[level].module] for s, keep in zip(segments, module_kept, strict=True)]
        for level in Level
    }
    levels = {
        level: _merged_units(
            [s.levels[level] for s in segments], unit_kept[level], new_module, renamed
        )
        for level in Level
    }
    signals = _numbers(unit_kept[Level.SIGNAL])
    return Segment(
        _of([s.contents for s in segments], content_kept),
        _of([s.names for s in segments], module_kept),
        clocks,
        _joined(
            [n[s.content[k]] for s, k, n in zip(segments, module_kept, new_content, strict=True)]
        ),
        levels,
        _linked([s.touched for s in segments], unit_kept[Level.BLOCK], signals),
    )


def _of(rows: Sequence[Sequence[T]], kept: Sequence[Bools]) -> tuple[T, ...]:
    return tuple(itertools.chain.from_iterable(map(itertools.compress, rows, kept)))


def _merged_units(
    units: Sequence[Units], kept: Sequence[Bools], modules: Sequence[Ints], clocks: Sequence[Ints]
) -> Units:
    """The kept units of a level, their modules and clocks by their new numbers."""
    return Units(
        _joined([n[u.module[k]] for u, k, n in zip(units, kept, modules, strict=True)]),
        _joined([u.line[k] for u, k in zip(units, kept, strict=True)]),
        _joined([u.end_line[k] for u, k in zip(units, kept, strict=True)]),
        _joined([n[u.clock[k]] for u, k, n in zip(units, kept, clocks, strict=True)]),
        np.concatenate([u.digest[k] for u, k in zip(units, kept, strict=True)]),
        _joined([u.label_sizes[k] for u, k in zip(units, kept, strict=True)]),
        np.concatenate(
            [u.labels[np.repeat(k, u.label_sizes)] for u, k in zip(units, kept, strict=True)]
        ),
        merged([u.postings for u in units], kept),
    )


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate(parts).astype(np.uint32)


def _numbers(kept: Sequence[Bools]) -> list[Ints]:
    """New numbers for what is kept, counted through all segments."""
    found, offset = [], 0
    for keep in kept:
        found.append((np.cumsum(keep) - 1 + offset).astype(np.uint32))
        offset += int(keep.sum())
    return found


def _linked(links: Sequence[Links], kept: Sequence[Bools], numbers: Sequence[Ints]) -> Links:
    """Links of kept units; what they lead to is in the same module, so it is kept with them."""
    sizes, targets = [], []
    for link, keep, number in zip(links, kept, numbers, strict=True):
        size = np.diff(link.starts)
        sizes.append(size[keep])
        targets.append(number[link.targets[np.repeat(keep, size)]])
    starts = np.r_[0, np.cumsum(np.concatenate(sizes))].astype(np.uint32)
    return Links(starts, _joined(targets))


# as named arrays, for storing

Arrays = dict[str, NDArray[np.generic]]


def arrays(segment: Segment) -> Arrays:
    """Everything but the contents, by name."""
    found: Arrays = {
        "names": _text(segment.names),
        "clocks": _text(segment.clocks[1:]),
        "content": segment.content,
        "touched.starts": segment.touched.starts,
        "touched.targets": segment.touched.targets,
    }
    for level, units in segment.levels.items():
        plain = [f.name for f in fields(Units) if f.name != "postings"]
        found |= {f"{level}.{name}": getattr(units, name) for name in plain}
        found |= {f"{level}.{f.name}": getattr(units.postings, f.name) for f in fields(Postings)}
    return found


def segment_of(contents: tuple[bytes, ...], found: Arrays) -> Segment:
    """The segment of such arrays. Raises KeyError, ValueError where they are others."""

    def ints(name: str) -> Ints:
        return found[name].view(np.uint32)

    def units(level: Level) -> Units:
        held = Postings(
            found[f"{level}.terms"].view(np.uint64),
            ints(f"{level}.starts"),
            ints(f"{level}.units"),
            found[f"{level}.counts"].view(np.uint16),
            ints(f"{level}.lengths"),
        )
        return Units(
            ints(f"{level}.module"),
            ints(f"{level}.line"),
            ints(f"{level}.end_line"),
            ints(f"{level}.clock"),
            found[f"{level}.digest"].view(np.uint64),
            ints(f"{level}.label_sizes"),
            found[f"{level}.labels"].view(np.uint8),
            held,
        )

    return Segment(
        contents,
        _texts(found["names"]),
        ("", *_texts(found["clocks"])),
        ints("content"),
        {level: units(level) for level in Level},
        Links(ints("touched.starts"), ints("touched.targets")),
    )


def _text(names: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(names).encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _texts(data: NDArray[np.generic]) -> tuple[str, ...]:
    text = data.tobytes().decode("utf-8", "surrogatepass")
    return tuple(text.split("\n")) if text else ()
