"""Two-level minimisation (Quine-McCluskey with an exact cover for small remainders)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations

MAX_VARIABLES = 8
_EXACT = 14


@dataclass(frozen=True, slots=True)
class Cube:
    """A product term: `bits` where `care` is set, free elsewhere."""

    bits: int
    care: int

    def covers(self, minterm: int) -> bool:
        """The minterm lies in the cube."""
        return minterm & self.care == self.bits


def _primes(width: int, minterms: Collection[int]) -> set[Cube]:
    level = {Cube(m, (1 << width) - 1) for m in minterms}
    primes: set[Cube] = set()
    while level:
        merged: set[Cube] = set()
        used: set[Cube] = set()
        for cube in level:
            for bit in range(width):
                mask = 1 << bit
                partner = Cube(cube.bits ^ mask, cube.care)
                if cube.care & mask and partner in level:
                    merged.add(Cube(cube.bits & ~mask, cube.care & ~mask))
                    used |= {cube, partner}
        primes |= level - used
        level = merged
    return primes


def complete_sum(width: int, ones: Collection[int]) -> list[Cube]:
    """All prime implicants.

    Evaluated with unknown inputs, their sum is known wherever the function does not depend on them
    (Blake's canonical form), which a minimal cover does not promise.
    """
    return sorted(_primes(width, set(ones)), key=lambda c: (c.care, c.bits))


def _size(cubes: Iterable[Cube]) -> int:
    return sum(cube.care.bit_count() for cube in cubes)


def _exact(candidates: list[Cube], wanted: set[int]) -> list[Cube]:
    for count in range(1, len(candidates) + 1):
        fitting = [
            chosen
            for chosen in combinations(candidates, count)
            if all(any(c.covers(m) for c in chosen) for m in wanted)
        ]
        if fitting:
            return list(min(fitting, key=_size))
    return []


def _greedy(candidates: list[Cube], wanted: set[int]) -> list[Cube]:
    chosen: list[Cube] = []
    left = set(wanted)
    while left:
        best = max(candidates, key=lambda c: (sum(map(c.covers, left)), -c.care.bit_count()))
        chosen.append(best)
        left = {m for m in left if not best.covers(m)}
    for cube in sorted(chosen, key=lambda c: -c.care.bit_count()):
        rest = [c for c in chosen if c != cube]
        if all(any(c.covers(m) for c in rest) for m in wanted):
            chosen = rest
    return chosen


def minimise(width: int, ones: Collection[int], dont_cares: Collection[int] = ()) -> list[Cube]:
    """Few and small product terms that cover `ones` and stay within ones and don't-cares."""
    wanted = set(ones)
    if not wanted:
        return []
    primes = sorted(_primes(width, wanted | set(dont_cares)), key=lambda c: (c.care, c.bits))
    chosen: list[Cube] = []
    for minterm in sorted(wanted):
        covering = [cube for cube in primes if cube.covers(minterm)]
        if len(covering) == 1 and covering[0] not in chosen:
            chosen.append(covering[0])
    left = {m for m in wanted if not any(c.covers(m) for c in chosen)}
    candidates = [c for c in primes if any(map(c.covers, left))]
    if left:
        solve = _exact if len(candidates) <= _EXACT else _greedy
        chosen += solve(candidates, left)
    return chosen
