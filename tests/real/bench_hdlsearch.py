"""How well search ranks on HDLSearch: strict, a hit overlaps the target, identical copies are one.

    python tests/real/bench_hdlsearch.py REPOSITORIES QUERIES [POOL]

REPOSITORIES is a folder with the corpus's repositories in it, QUERIES the benchmark's folder of
JSON files. POOL (5000) is the number of blocks in the small pool: all relevant ones and others by a
fixed seed. "core" are the 50 blocks, 50 modules and 100 signals of the benchmark's short files; for
blocks by the descriptions of the long files, which do not name signals ("names told": by those that
do). Queries whose code is not in the corpus are left out, and counted out of n.
"""

from __future__ import annotations

import json
import random
import re
import sys
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from gatewright.retrieval.index import Index, View
from gatewright.retrieval.index_postings import Bools
from gatewright.retrieval.index_segment import Level, Units
from gatewright.retrieval.question import asked as terms_asked
from gatewright.retrieval.repository import Repository
from gatewright.retrieval.search_scores import Scorer
from gatewright.retrieval.text import WORD, split

CORE = ("blocks", "modules", "signals")
SPACE = re.compile(rb"\s+")


@dataclass(frozen=True)
class Query:
    """A description, and the units that it describes; `core` where the small set holds it."""

    text: str
    targets: frozenset[int]
    core: bool
    repository: str


class Corpus:
    """The repositories' files without white space, to find where a piece of code stands."""

    def __init__(self, root: Path, repository: Repository) -> None:
        self.starts: list[int] = []
        self.paths: list[str] = []
        self.lines: list[list[int]] = []
        pieces, at = [], 0
        seen: set[bytes] = set()
        for file in repository.files:
            if file.note or file.hash in seen:
                continue
            seen.add(file.hash)
            offsets, parts, size = [], [], 0
            for line in (root / file.path).read_bytes().split(b"\n"):
                bare = SPACE.sub(b"", line)
                offsets.append(size)
                parts.append(bare)
                size += len(bare)
            self.starts.append(at)
            self.paths.append(file.path)
            self.lines.append(offsets)
            pieces.append(b"".join(parts) + b"\0")
            at += size + 1
        self.text = b"".join(pieces)

    def find(self, code: str) -> list[tuple[str, int, int]]:
        """Every place of a piece of code: path, first and last line."""
        bare = SPACE.sub(b"", code.encode())
        found: list[tuple[str, int, int]] = []
        at = self.text.find(bare) if len(bare) > 8 else -1
        while at >= 0:
            file = int(np.searchsorted(self.starts, at, side="right")) - 1
            inside = at - self.starts[file]
            first = int(np.searchsorted(self.lines[file], inside, side="right"))
            last = int(np.searchsorted(self.lines[file], inside + len(bare) - 1, side="right"))
            found.append((self.paths[file], first, last))
            at = self.text.find(bare, at + 1)
        return found


class Measure:
    """The corpus indexed, and what ranks it."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.repository = Repository.open(root, cache)
        self.index = Index(self.repository)
        self.view: View = self.index.view
        self.corpus = Corpus(root, self.repository)
        self.lines_of = lru_cache(256)(lambda path: self.repository.text(path).split("\n"))
        (self.segment,) = self.view.segments
        self.path_of = [self.view.paths[key][0] for key in self.segment.contents]

    def units(self, level: Level) -> dict[str, list[tuple[int, int, int]]]:
        """By path: (first line, last line, unit)."""
        units = self.segment.levels[level]
        found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for unit, module in enumerate(units.module):
            path = self.path_of[self.segment.content[module]]
            found[path].append((int(units.line[unit]), int(units.end_line[unit]), unit))
        return found

    def blocks_at(
        self, places: Iterable[tuple[str, int, int]], units: dict[str, list[tuple[int, int, int]]]
    ) -> set[int]:
        """Blocks that share at least half of their lines, or of the target's, with a place."""
        found = set()
        for path, first, last in places:
            for start, end, unit in units.get(path, ()):
                shared = min(end, last) - max(start, first) + 1
                if shared > 0 and 2 * shared >= min(end - start, last - first) + 1:
                    found.add(unit)
        return found

    def rank(self, scores: np.ndarray, targets: Iterable[int], level: Level, pool: Bools) -> int:
        """The best target's rank from 1, identical copies counted once; 0 = not in the pool."""
        digests = self.segment.levels[level].digest
        there = [t for t in targets if pool[t]]
        if not there:
            return 0
        best = max(float(scores[t]) for t in there)
        if best <= 0:
            return 10**6
        mine = {int(digests[t]) for t in there}
        ahead = {int(d) for d in digests[pool & (scores >= best)]} - mine
        return 1 + len(ahead)


def ranks(
    measure: Measure,
    queries: Sequence[Query],
    level: Level,
    pool: Bools,
    score: Callable[[Query], np.ndarray],
) -> list[tuple[Query, int]]:
    found = []
    for query in queries:
        rank = measure.rank(score(query), query.targets, level, pool)
        if rank:
            found.append((query, rank))
    return found


def table(title: str, found: Sequence[tuple[Query, int]]) -> float:
    figures = []
    core = 0.0
    for name, group in (("core", [r for q, r in found if q.core]), ("all", [r for _, r in found])):
        if not group:
            continue
        mrr = sum(1 / r for r in group) / len(group)
        hits = [sum(r <= k for r in group) / len(group) for k in (1, 5, 10)]
        recall = " ".join(f"R@{k} {hit:.2f}" for k, hit in zip((1, 5, 10), hits, strict=True))
        figures.append(f"{name} n={len(group)} MRR {mrr:.3f} {recall}")
        core = core or mrr
    print(f"{title:28} " + " | ".join(figures), flush=True)
    return core


def block_queries(measure: Measure, folder: Path) -> tuple[list[Query], list[Query]]:
    """The descriptions of the repositories' files, those of the 50 core blocks marked; and the core
    file's own, which name the signals."""
    units = measure.units(Level.BLOCK)

    def located(rows: dict[tuple[str, str], bool]) -> list[Query]:
        found = []
        for (code, text), core in rows.items():
            places = measure.corpus.find(code)
            targets = measure.blocks_at(places, units)
            if targets:
                repository = places[0][0].split("/")[0]
                found.append(Query(text, frozenset(targets), core, repository))
        return found

    named = {(e["code"], e["description"]): True for e in read(folder / "blocks.json")}
    core = {"".join(code.split()) for code, _ in named}
    rows = {
        (e["code"], e["description"]): "".join(e["code"].split()) in core
        for file in sorted(folder.glob("*.json"))
        if file.stem not in CORE
        for module in read(file)
        for e in module.get("block_descriptions", ())
    }
    return located(rows), located(named)


def read(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_text())
    return found


def module_queries(measure: Measure, folder: Path) -> list[Query]:
    named: dict[str, set[int]] = defaultdict(set)
    for number, name in enumerate(measure.segment.names):
        named[name].add(number)
    rows: dict[tuple[str, str], bool] = {}
    for file in sorted(folder.glob("*.json"), key=lambda f: f.stem not in CORE):
        if file.stem not in ("blocks", "signals"):
            for entry in read(file):
                if entry.get("module_description"):
                    rows.setdefault(
                        (entry["module_id"], entry["module_description"]), file.stem in CORE
                    )
    return [
        Query(text, frozenset(named[name]), core, "")
        for (name, text), core in rows.items()
        if named.get(name)
    ]


def signal_queries(measure: Measure, folder: Path) -> list[Query]:
    segment = measure.segment
    units = segment.levels[Level.SIGNAL]
    wanted = read(folder / "signals.json")
    named: dict[tuple[str, str], set[int]] = defaultdict(set)
    modules = {entry["signal"].split("::")[0] for entry in wanted}
    for unit, number in enumerate(units.module):
        if segment.names[number] in modules:
            named[segment.names[number], units.label(unit)[1]].add(unit)
    found = []
    for entry in wanted:
        module, _, name = entry["signal"].partition("::")
        if targets := named.get((module, name)):
            found.append(Query(entry["description"], frozenset(targets), True, ""))
    return found


def main(root: Path, folder: Path, size: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        measure_all(Measure(root, Path(name)), folder, size)


def measure_all(measure: Measure, folder: Path, size: int) -> None:
    scorer = Scorer()

    def score(level: Level) -> Callable[[Query], np.ndarray]:
        return lambda q: scorer.scores(measure.view, terms_asked(q.text), level)[0]

    levels = measure.segment.levels
    print({str(level): len(units.module) for level, units in levels.items()})
    queries, named = block_queries(measure, folder)
    everything = np.ones(len(levels[Level.BLOCK].module), np.bool_)
    of_blocks = score(Level.BLOCK)
    table("blocks", ranks(measure, queries, Level.BLOCK, everything, of_blocks))
    table("blocks, names told", ranks(measure, named, Level.BLOCK, everything, of_blocks))
    pool = small_pool(measure, queries, size)
    with_pool(measure, pool)
    ours = table(f"blocks, {size}", ranks(measure, queries, Level.BLOCK, pool, of_blocks))
    table(f"blocks, {size}, names told", ranks(measure, named, Level.BLOCK, pool, of_blocks))
    theirs = table(
        f"blocks, {size}, vectors",
        ranks(measure, queries, Level.BLOCK, pool, Vectors(measure, pool).score),
    )
    print(f"core blocks: {ours / theirs:.1f} times the way of two vectors")
    found = []
    for repository in sorted({q.repository for q in queries}):
        pool = one_repository(measure, repository)
        with_pool(measure, pool)
        own = [q for q in queries if q.repository == repository]
        found += ranks(measure, own, Level.BLOCK, pool, of_blocks)
    table("blocks, own repository", found)
    measure.view = measure.index.view
    for level, asked in ((Level.MODULE, module_queries), (Level.SIGNAL, signal_queries)):
        whole = np.ones(len(levels[level].module), np.bool_)
        table(f"{level}s", ranks(measure, asked(measure, folder), level, whole, score(level)))


class Vectors:
    """HDLxGraph's way: the mean of the question's likeness to the block and to its module, by
    vectors of their code. Its model's weights are not to be had everywhere; here a vector is a
    hashed TF-IDF of the code's words, with names taken apart."""

    def __init__(self, measure: Measure, pool: Bools, size: int = 1024) -> None:
        self._size = size
        units = measure.segment.levels[Level.BLOCK]
        modules = measure.segment.levels[Level.MODULE]
        self._units = np.flatnonzero(pool)
        owners, self._owner = np.unique(units.module[self._units], return_inverse=True)
        blocks = [self._words(measure, units, unit) for unit in self._units]
        wholes = [self._words(measure, modules, unit) for unit in owners]
        held = np.array([self._counts(set(words)) > 0 for words in (*blocks, *wholes)])
        self._rarity = np.log(len(held) / (1 + held.sum(axis=0)))
        self._blocks = np.array([self._vector(words) for words in blocks])
        self._modules = np.array([self._vector(words) for words in wholes])
        self._all = len(pool)

    def _words(self, measure: Measure, units: Units, unit: int) -> list[str]:
        path = measure.path_of[measure.segment.content[units.module[unit]]]
        lines = measure.lines_of(path)[units.line[unit] - 1 : units.end_line[unit]]
        return words_of("\n".join(lines))

    def _counts(self, words: Iterable[str]) -> np.ndarray:
        found = np.zeros(self._size)
        for word in words:
            found[zlib.crc32(word.encode()) % self._size] += 1
        return found

    def _vector(self, words: Iterable[str]) -> np.ndarray:
        vector = np.log1p(self._counts(words)) * self._rarity
        return vector / (np.linalg.norm(vector) or 1)

    def score(self, query: Query) -> np.ndarray:
        asked = self._vector(words_of(query.text))
        found = np.zeros(self._all, np.float32)
        found[self._units] = 1 + (self._blocks @ asked + (self._modules @ asked)[self._owner]) / 2
        return found


def words_of(text: str) -> list[str]:
    return [part for word in WORD.findall(text) for part in split(word)]


def with_pool(measure: Measure, pool: Bools) -> None:
    """Count only a pool's blocks, and the modules they are in."""
    modules = np.zeros(len(measure.segment.names), np.bool_)
    modules[measure.segment.levels[Level.BLOCK].module[pool]] = True
    alive = {**measure.index.view.alive, Level.BLOCK: (pool,), Level.MODULE: (modules,)}
    measure.view = View(measure.view.segments, alive, measure.view.paths)


def one_repository(measure: Measure, repository: str) -> Bools:
    inside = np.array([p.split("/")[0] == repository for p in measure.path_of])
    return inside[measure.segment.content][measure.segment.levels[Level.BLOCK].module]


def small_pool(measure: Measure, queries: Sequence[Query], size: int) -> Bools:
    """All relevant blocks, and random others of other texts."""
    digests = measure.segment.levels[Level.BLOCK].digest
    first: dict[int, int] = {}
    for unit, digest in enumerate(digests):
        first.setdefault(int(digest), unit)
    wanted = {int(digests[t]) for q in queries for t in q.targets}
    others = sorted(unit for digest, unit in first.items() if digest not in wanted)
    chosen = random.Random(1).sample(others, max(0, size - len(wanted)))
    pool = np.zeros(len(digests), np.bool_)
    pool[chosen] = True
    pool |= np.isin(digests, np.array(sorted(wanted), dtype=np.uint64))
    print(f"{len(queries)} queries located; {len(wanted)} of {len(first)} blocks are relevant")
    return pool


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 5000)
