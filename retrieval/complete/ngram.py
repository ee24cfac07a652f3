"""Write the line token by token, by what followed the same tokens before: file over repository."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gatewright.retrieval.complete.corpus import Corpus
from gatewright.retrieval.complete.pool import Pool
from gatewright.retrieval.complete.respell import spelled
from gatewright.retrieval.complete.setting import Setting
from gatewright.retrieval.complete.stream import END_OF_LINE, LONGEST_CONTEXT, Stream, Vocabulary
from gatewright.retrieval.complete.tokens import KEYWORDS, parse_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE_WEIGHT = 4.0  # of a place in the file against one in another
STEEPNESS = 2.5  # a context one token longer weighs so many times as much
LONGEST = 60  # tokens of a line
WRITING = 10  # tokens of context where lines are written
JUDGING = 4  # tokens of context where lines are judged
FEW = 64  # places that are counted faster one by one
BEAM = 5
BRANCHES = 3
CONTEXT_LINES = 4
MODELLED_LINES = 1500
_POWERS = [STEEPNESS**length for length in range(LONGEST_CONTEXT + 1)]


@dataclass(frozen=True, slots=True)
class _Path:
    """A line in the making: its tokens, log-probability, and the contexts' mean length."""

    row: tuple[int, ...]
    start: int
    log: float
    matched: float


class Ngram:
    """What follows what, in the file before the cursor and in the other files."""

    def __init__(self, setting: Setting, corpus: Corpus, without: frozenset[int]) -> None:
        self._setting, self._corpus, self._without = setting, corpus, without
        self._vocabulary = Vocabulary(corpus.vocabulary)
        self._end = self._vocabulary.number(END_OF_LINE)
        self._memory: dict[tuple[int, ...], tuple[dict[int, float], float]] = {}
        self._places: dict[tuple[int, ...], NDArray[np.int32]] = {}

    @cached_property
    def _file(self) -> Stream:
        row = self._row(len(self._setting.lines))
        return Stream.of(row)

    @cached_property
    def _streams(self) -> tuple[tuple[Stream, float, frozenset[int]], ...]:
        """The file and the other files, what a place in each weighs, what is left out."""
        others = ((stream, 1.0, self._without) for stream in self._corpus.streams)
        return ((self._file, FILE_WEIGHT, frozenset[int]()), *others)

    def _row(self, count: int) -> list[int]:
        number = self._vocabulary.number
        row = [self._end, self._end]
        for line in self._setting.lines[-min(count, MODELLED_LINES) :]:
            row.extend(map(number, line.tokens))
            row.append(self._end)
        return row

    @cached_property
    def context(self) -> tuple[int, ...]:
        """The tokens before the cursor's line."""
        return tuple(self._row(CONTEXT_LINES))

    def following(self, row: Sequence[int]) -> tuple[dict[int, float], float]:
        """Weights of the tokens that may follow, adding up to 1, and the longest context's length.

        Places that share more tokens with the row weigh more, geometrically.
        """
        key = tuple(row)
        found = self._memory.get(key)
        if found is not None:
            return found
        weights: dict[int, float] = {}
        longest = 0.0
        for number, (stream, unit, without) in enumerate(self._streams):
            pair = (number, *key[-2:])
            places = self._places.get(pair)
            if places is None:
                places = self._places[pair] = stream.places(key, without)
            if not len(places):
                continue
            lengths = stream.matched(places, key)
            longest = max(longest, float(lengths.max()))
            _vote(stream.following(places), lengths, unit, weights)
        total = sum(weights.values())
        result = ({token: weight / total for token, weight in weights.items()}, longest)
        self._memory[key] = result
        return result

    def propose(self, pool: Pool) -> None:
        """Propose the most probable lines."""
        for rank, path in enumerate(self._beam()):
            tokens = tuple(map(self._vocabulary.token, path.row[path.start :]))
            facts = {
                "gram_log": path.log,
                "gram_mean": path.log / (len(tokens) + 1),
                "gram_matched": path.matched,
                "gram_rank": -float(rank),
            }
            last = self._setting.last
            indent = last.parsed.indent if last else None
            spelling = self._corpus.spelling(tokens, self._without)
            code = spelling or spelled(tokens, KEYWORDS)
            pool.add(code, "gram", 1 + path.log / 4, facts, indent, math.exp(path.log))

    def _beam(self) -> list[_Path]:
        start = len(self.context)
        *typed, unfinished = self._typed
        row = (*self.context, *map(self._vocabulary.number, typed))
        alive = [_Path(row, start, 0.0, 0.0)]
        done: list[_Path] = []
        for step in range(LONGEST):
            grown: list[_Path] = []
            for path in alive:
                weights, longest = self.following(path.row[-WRITING:])
                if step == 0 and unfinished:
                    weights = self._continuing(weights, unfinished)
                best = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
                mean = (path.matched * step + longest) / (step + 1)
                for token, weight in best[: BRANCHES + 2 * (step == 0)]:
                    log = path.log + math.log(weight)
                    if token == self._end:
                        if len(path.row) > start:
                            done.append(_Path(path.row, start, log, mean))
                    else:
                        grown.append(_Path((*path.row, token), start, log, mean))
            alive = sorted(grown, key=lambda path: -path.log)[:BEAM]
            if not alive or (len(done) >= BEAM and alive[0].log < min(p.log for p in done)):
                break
        return sorted(done, key=lambda path: -path.log)[: 2 * BEAM]

    @cached_property
    def _typed(self) -> tuple[str, ...]:
        """What is typed of the line: whole tokens, and a last one that may go on ('' = none)."""
        tokens = parse_line(self._setting.typed).tokens
        if tokens and self._setting.typed[-1:].isspace():
            return (*tokens, "")
        return tokens or ("",)

    def _continuing(self, weights: dict[int, float], unfinished: str) -> dict[int, float]:
        """Of the tokens that may follow those that begin so; with none, whatever names do."""
        token = self._vocabulary.token
        kept = {n: w for n, w in weights.items() if token(n).startswith(unfinished)}
        if not kept:
            names = [name for name in self._setting.used if name.startswith(unfinished)]
            kept = {self._vocabulary.number(name): 1.0 for name in [*names, unfinished]}
        total = sum(kept.values())
        return {number: weight / total for number, weight in kept.items()}

    def log_probability(self, tokens: Sequence[str]) -> tuple[float, float]:
        """A line's mean and lowest log-probability a token, its end included."""
        row = list(self.context)
        logs: list[float] = []
        known = self._vocabulary.known
        for token in (*tokens[:LONGEST], END_OF_LINE):
            number = known(token)
            weights, _ = self.following(row[-JUDGING:])
            share = weights.get(number, 0.0) if number is not None else 0.0
            logs.append(math.log(0.98 * share + 0.0005))
            row.append(-1 if number is None else number)
        return sum(logs) / len(logs), min(logs)


def _vote(
    tokens: NDArray[np.int32], lengths: NDArray[np.int32], unit: float, weights: dict[int, float]
) -> None:
    """Add each token's votes, geometrically more for longer contexts."""
    import numpy as np

    if len(tokens) <= FEW:
        for token, length in zip(tokens.tolist(), lengths.tolist(), strict=True):
            weights[token] = weights.get(token, 0.0) + unit * _POWERS[length]
        return
    which, inverse = np.unique(tokens, return_inverse=True)
    sums = np.bincount(inverse, np.asarray(_POWERS)[lengths])
    for token, weight in zip(which.tolist(), sums.tolist(), strict=True):
        weights[token] = weights.get(token, 0.0) + unit * weight
