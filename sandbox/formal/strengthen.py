"""Invariants for an induction: guessed from random runs, proved by whoever uses them.

Signal correspondence (van Eijk, Sequential equivalence checking based on structural similarities,
2000) proves nodes of one graph equal by induction, each with the equality of all others at hand.
By itself it finds little here: a node of gold agrees with its counterpart only once it is known,
and a retimed register is no node of the other design at all. So nodes are added, as outputs that
nobody reads: "gold is known, and 1", "gold is known, and the gate design's node is 1", and
conjunctions that take the values of a register that has no counterpart. That changes nothing of
what the graph did before, and a wrong guess is a node that turns out equal to no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gatewright.sandbox.formal.aiger import Aig, Literal
from gatewright.sandbox.formal.hints import Dual, Hints
from gatewright.sandbox.formal.random_runs import Runs

_MOST_NODES = 20_000
_MOST_CLASSES = 48
_MOST_REGISTERS = 256
_MOST_TERMS = 4

Signed = tuple[Literal, int]  # a literal and its signature


def variables(aig: Aig, hints: Hints) -> frozenset[int]:
    """Those whose signatures `strengthened` needs."""
    gold = (literal for dual in hints.gold for literal in (dual.value, dual.unknown))
    return frozenset(literal >> 1 for literal in (*gold, *hints.gate, *aig.latch_literals()))


def strengthened(aig: Aig, hints: Hints, runs: Runs) -> Aig:
    """The graph with its first output, and with what may help to prove that it is never 1."""
    grown = replace(aig, outputs=aig.outputs[:1], gates=list(aig.gates))
    for node in list(dict.fromkeys(_Guesses.of(aig, hints, runs).nodes()))[:_MOST_NODES]:
        grown.outputs.append(grown.conjunction((*node.terms, node.unknown ^ 1)))
    return grown


@dataclass(frozen=True, slots=True)
class _Node:
    """All of `terms` are 1 and gold is known."""

    unknown: Literal
    terms: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class _Class:
    """Bits of gold that were known together, when that was, and what agreed with each of them."""

    known: int
    equal: Mapping[Dual, Sequence[Literal]]


@dataclass(frozen=True, slots=True)
class _Guesses:
    """`nets` and `registers` are the gate design's, one for each signature."""

    runs: Runs
    latches: frozenset[Literal]
    nets: tuple[Signed, ...]
    registers: tuple[Signed, ...]
    classes: tuple[_Class, ...]

    @classmethod
    def of(cls, aig: Aig, hints: Hints, runs: Runs) -> _Guesses:
        """Pair the bits of gold with nets of the gate design."""
        latches = aig.latch_literals()
        kept = {literal & ~1 for d in hints.gold for literal in (d.value, d.unknown)}
        own = [literal for literal in latches if literal not in kept]
        nets = tuple(_distinct(runs, (*own, *hints.gate)))
        classes = tuple(_classes(hints, runs, nets))
        registers = tuple(_distinct(runs, own))
        return cls(runs, frozenset(latches), nets, registers, classes)

    def nodes(self) -> Iterator[_Node]:
        """The most promising first."""
        for group in self.classes:
            for dual, equal in group.equal.items():
                yield from (_Node(dual.unknown, (literal,)) for literal in (dual.value, *equal))
        yield from self._composed_gold()
        yield from self._composed_gate()

    def _composed_gold(self) -> Iterator[_Node]:
        """Gold's registers that no net agrees with: of several of the gate design's."""
        sources = [signed for pool in (self.registers, self.nets) for signed in _both(pool)]
        todo = [
            (group.known, dual)
            for group in self.classes
            for dual, equal in group.equal.items()
            if not equal and {dual.value & ~1, dual.unknown & ~1} & self.latches
        ]
        for known, dual in todo[:_MOST_REGISTERS]:
            yield from self._composed(dual.value, dual.unknown, known, sources)

    def _composed_gate(self) -> Iterator[_Node]:
        """The gate design's registers that agree with no bit of gold: of several of gold's."""
        met = {n & ~1 for group in self.classes for equal in group.equal.values() for n in equal}
        todo = [literal for literal, _ in self.registers if literal not in met]
        for group in sorted(self.classes, key=lambda g: -g.known.bit_count())[:_MOST_TERMS]:
            unknown = next(iter(group.equal)).unknown
            bits = _distinct(self.runs, (d.value for d in self._known_with(group)))
            sources = list(_both(tuple(bits)))
            for register in todo[:_MOST_REGISTERS]:
                yield from self._composed(register, unknown, group.known, sources)

    def _composed(
        self, register: Literal, unknown: Literal, known: int, sources: Sequence[Signed]
    ) -> Iterator[_Node]:
        """A register and its inverse, beside conjunctions that have their values."""
        for literal in (register, register ^ 1):
            terms = _product(self.runs.of(literal) & known, known, sources)
            if terms:
                yield _Node(unknown, terms)
                yield _Node(unknown, (literal,))

    def _known_with(self, group: _Class) -> Iterator[Dual]:
        for other in self.classes:
            if not group.known & ~other.known:
                yield from other.equal


def _classes(hints: Hints, runs: Runs, nets: Sequence[Signed]) -> Iterator[_Class]:
    groups: dict[int, list[Dual]] = defaultdict(list)
    for dual in hints.gold:
        groups[runs.of(dual.unknown ^ 1)].append(dual)
    groups.pop(0, None)
    largest = sorted(groups.items(), key=lambda group: -len(group[1]))
    for known, duals in largest[:_MOST_CLASSES]:
        table: dict[int, list[Literal]] = defaultdict(list)
        for literal, signature in _both(nets):
            table[signature & known].append(literal)
        yield _Class(known, {dual: table.get(runs.of(dual.value) & known, ()) for dual in duals})


def _distinct(runs: Runs, literals: Iterable[Literal]) -> Iterator[Signed]:
    """The first literal of each signature; inverses count as one."""
    seen: set[int] = set()
    for literal in literals:
        signature = runs.of(literal)
        if signature not in seen:
            seen |= {signature, signature ^ runs.all}
            yield literal, signature


def _both(signed: Sequence[Signed]) -> Iterator[Signed]:
    for literal, signature in signed:
        yield literal, signature
        yield literal ^ 1, ~signature


def _product(wanted: int, known: int, sources: Sequence[Signed]) -> tuple[Literal, ...]:
    """A few literals whose conjunction is `wanted` wherever gold is known; empty if none."""
    covering = [(literal, s & known) for literal, s in sources if not wanted & ~s]
    together = known
    for _, signature in covering:
        together &= signature
    if together != wanted:
        return ()
    terms: list[Literal] = []
    together = known
    while together != wanted and len(terms) < _MOST_TERMS:
        literal, signature = min(covering, key=lambda c: (together & c[1]).bit_count())
        terms.append(literal)
        together &= signature
    return tuple(terms) if together == wanted else ()
