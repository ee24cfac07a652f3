"""Random runs of a graph, many at once: what each node's value was at each step of each run."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gatewright.sandbox.formal.aiger import FALSE, Aig, Literal

RUNS = 512
_MOST_STEPS = 64
_LEAST_STEPS = 12
_EFFORT = 2_000_000  # gates evaluated: about half a CPU second
_EVEN_STEPS = 2


@dataclass(frozen=True, slots=True)
class Runs:
    """Signatures by variable: one bit for each step of each run.

    `shown` are the inputs' values of one run, step by step, to where it was looked for.
    """

    all: int
    signatures: Mapping[int, int]
    shown: tuple[dict[int, int], ...] = ()

    def of(self, literal: Literal) -> int:
        """The signature of a literal."""
        found = self.signatures[literal >> 1]
        return found ^ self.all if literal & 1 else found


def random_runs(aig: Aig, kept: Iterable[int], until: Literal = FALSE) -> Runs:
    """Run the graph from its first state; keep the signatures of the variables `kept`.

    Ends at the step at which `until` is 1 in some run. Each input is even in half of the
    runs and mostly 0 or mostly 1 in the others, so that some runs leave a reset for long.
    """
    steps = max(_LEAST_STEPS, min(_MOST_STEPS, _EFFORT // max(1, len(aig.gates))))
    every = (1 << RUNS) - 1
    stimulus = _stimulus(aig.inputs)
    taken: list[list[int]] = []
    words: dict[int, list[bytes]] = {variable: [] for variable in kept}
    state = [every if latch.first else 0 for latch in aig.latches]
    shown: tuple[dict[int, int], ...] = ()
    for _ in range(steps):
        taken.append(next(stimulus))
        values = [0, *taken[-1], *state]
        for a, b in aig.gates:
            left, right = values[a >> 1], values[b >> 1]
            values.append((left ^ every if a & 1 else left) & (right ^ every if b & 1 else right))
        for variable, column in words.items():
            column.append(values[variable].to_bytes(RUNS // 8, "little"))
        state = [values[h.then >> 1] ^ (every if h.then & 1 else 0) for h in aig.latches]
        reached = values[until >> 1] ^ (every if until & 1 else 0)
        if reached:
            run = reached.bit_length() - 1
            shown = tuple({n: word >> run & 1 for n, word in enumerate(step)} for step in taken)
            break
    columns = {v: int.from_bytes(b"".join(column), "little") for v, column in words.items()}
    return Runs((1 << RUNS * len(taken)) - 1, columns, shown)


def _stimulus(inputs: int) -> Iterator[list[int]]:
    """The inputs' words, step by step, without end."""
    draw = random.Random(1).getrandbits
    even = [draw(RUNS) for _ in range(inputs)]
    mostly = [draw(RUNS) for _ in range(inputs)]
    for _ in range(_EVEN_STEPS):
        yield [draw(RUNS) for _ in range(inputs)]
    while True:
        step = []
        for fair, ones in zip(even, mostly, strict=True):
            rare = draw(RUNS) & draw(RUNS) & draw(RUNS) & draw(RUNS)
            step.append((draw(RUNS) & fair) | ((rare ^ ones) & ~fair))
        yield step
