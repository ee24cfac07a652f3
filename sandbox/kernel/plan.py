"""What a check runs: sizes, seeds, distributions of inputs, orders of threads."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gatewright.core import KernelConfiguration, KernelSpec

EVEN, RAGGED, FREE, CHECK, WIDE = "even", "ragged", "free", "check", "wide"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: which inputs, and in which order blocks and threads run (a name of Order)."""

    distribution: str = "plain"
    order: str = "forward"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Variant:
    """A problem at some size. `elements` None leaves the file as it is.

    `elements` and `flops` bound one call of the reference; numbers in `pinned` are not changed.
    Where it can be, one size is `long` at the cost of others: more than a block spans; `turn` says
    which one.
    """

    name: str
    elements: int | None
    flops: int = 0
    pinned: frozenset[int] = frozenset()
    ragged: bool = False
    long: int = 0
    turn: int = 0
    seed: int = 0
    calls: tuple[Call, ...] = ()
    configuration: KernelConfiguration = field(default_factory=KernelConfiguration)

    def request(self) -> dict[str, object]:
        """As the job in the torch process reads it."""
        return {
            "name": self.name,
            "elements": self.elements,
            "flops": self.flops,
            "pinned": sorted(self.pinned),
            "ragged": self.ragged,
            "long": self.long,
            "turn": self.turn,
            "seed": self.seed,
            "inputs": self.configuration.inputs,
            "init": self.configuration.init,
            "calls": [{"distribution": c.distribution, "seed": c.seed} for c in self.calls],
        }


# Bounds on one call: what the emulator gets through in a fraction of a CPU second.
_EVEN = Variant(EVEN, 100_000, 4_000_000)
_RAGGED = Variant(RAGGED, 100_000, 4_000_000, ragged=True, long=1100)
_CHECK = Variant(CHECK, 12_000, 200_000, ragged=True, long=280, turn=-1)
_WIDE = Variant(WIDE, 2_000_000, 100_000_000)
_EVEN_CALLS = (Call(), Call("shifted", "reverse"), Call("centred", "random"))
_STRICT_CALLS = (*_EVEN_CALLS, Call("tails", "random"))
_RAGGED_CALLS = (Call("plain", "random"), Call("shifted", "forward"))


def variants(
    spec: KernelSpec, seed: int, pinned: frozenset[int], *, strict: bool
) -> tuple[Variant, ...]:
    """The variants of a first check, seeded from `seed`."""
    if spec.configurations:
        found = [
            replace(_EVEN, name=f"configuration {n}", elements=None, configuration=c)
            for n, c in enumerate(spec.configurations)
        ]
        found = [replace(one, calls=_EVEN_CALLS) for one in found]
    else:
        found = [
            replace(_EVEN, pinned=pinned, calls=_STRICT_CALLS if strict else _EVEN_CALLS),
            replace(_RAGGED, pinned=pinned, calls=_RAGGED_CALLS),
            replace(_CHECK, pinned=pinned, calls=(Call(),)),
        ]
        if pinned:
            free = replace(_RAGGED, name=FREE, calls=_RAGGED_CALLS[:1])
            found.insert(2, free)
    return seeded(found, seed)


def wide(seed: int, inner: frozenset[int]) -> tuple[Variant, ...]:
    """The variant that keeps the true inner sizes, for what fails at smaller ones."""
    return seeded([replace(_WIDE, pinned=inner, calls=_EVEN_CALLS)], seed)


def seeded(found: Sequence[Variant], seed: int) -> tuple[Variant, ...]:
    """The variants with seeds for weights and for each call's inputs, all different."""
    draw = random.Random(seed)
    return tuple(
        replace(
            variant,
            seed=draw.randrange(1 << 31),
            calls=tuple(replace(call, seed=draw.randrange(1 << 31)) for call in variant.calls),
        )
        for variant in found
    )
