"""Finds sizes at which a problem is cheap enough to run on a CPU, and odd ones beside them."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gatewright.sandbox.kernel.inside.problem import Cost, ProblemFile, cost
from gatewright.sandbox.kernel.knobs import Kind, Knob, knobs, with_values

_FLOORS = {Kind.BATCH: 2, Kind.SPACE: 4, Kind.OTHER: 8, Kind.FEATURE: 8}
# Sizes are reduced in rounds: no round goes below its floors while another size is larger.
_ROUNDS: tuple[Mapping[Kind, int], ...] = (
    {Kind.BATCH: 2},
    {Kind.BATCH: 2, Kind.SPACE: 8, Kind.OTHER: 32, Kind.FEATURE: 32},
    _FLOORS,
)
# A feature counts as this many times smaller: kernels are written for given numbers of features.
_WEIGHTS = {Kind.BATCH: 1, Kind.SPACE: 1, Kind.OTHER: 2, Kind.FEATURE: 8}
_LARGEST_STEP = 16
_LEAST_RAGGED = {Kind.BATCH: 2}
_LEAST_LONG = 64
_PATIENCE_S = 5.0
_PATIENCE_ONE_S = 3.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one call of the reference may cost."""

    elements: int
    flops: int


@dataclass(slots=True)
class Search:
    """One problem file under change. `cost_now` is that of `values`.

    `refused` is what the file said when it last did not run.
    """

    text: str
    pinned: frozenset[int] = frozenset()
    values: dict[Knob, int] = field(default_factory=dict)
    cost_now: Cost | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    init: Mapping[str, Any] = field(default_factory=dict)
    on_meta: bool = True
    runs: int = 0
    held: frozenset[Knob] = frozenset()
    refused: str = ""

    def __post_init__(self) -> None:
        self.values = {knob: knob.value for knob in knobs(self.text)}

    @property
    def source(self) -> str:
        """The file with the values as they are now."""
        return with_values(self.text, self.values)

    def measure(self) -> None:
        """Find out the cost of the file as it is; where meta tensors fail it, from below."""
        try:
            self.cost_now = self._cost(self.values)
        except Exception as error:
            # Some files need real numbers: they can only be run once they are small. Others take
            # their time even without numbers: recurrent layers go step by step.
            self.on_meta = isinstance(error, TimeoutError)
            smallest = {knob: min(value, _FLOORS[knob.kind]) for knob, value in self.values.items()}
            for values in (_scaled(self.values, 64), _scaled(self.values, 16), smallest):
                if self._try(values):
                    return

    def _cost(self, values: Mapping[Knob, int]) -> Cost:
        self.runs += 1
        text = with_values(self.text, values)
        with _at_most(_PATIENCE_ONE_S):
            return cost(ProblemFile.run(text, self.inputs, self.init), on_meta=self.on_meta)

    def _try(self, values: dict[Knob, int]) -> bool:
        """Take these values on if the file runs with them and they cost no more."""
        now = self.cost_now
        try:
            found = self._cost(values)
        except Exception as error:
            self.refused = f"{type(error).__name__}: {error}"[:300]
            return False
        if now is not None:
            if found.elements > now.elements or found.flops > now.flops:
                return False
            if found.outputs == 1 < now.outputs:
                return False
        self.values, self.cost_now = values, found
        return True

    def shrink(self, bounds: Bounds) -> bool:
        """Reduce sizes, outer ones first and pinned ones not at all; whether it is cheap now."""
        deadline = time.process_time() + _PATIENCE_S
        for floors in _ROUNDS:
            stuck: set[Knob] = set()
            while not self._cheap(bounds) and time.process_time() < deadline:
                knob = self._largest(floors, stuck)
                if knob is None:
                    break
                if not self._reduce(knob, floors[knob.kind], bounds):
                    stuck.add(knob)
        return self._cheap(bounds)

    def _cheap(self, bounds: Bounds) -> bool:
        return self.cost_now is not None and self.cost_now.within(bounds.elements, bounds.flops)

    def _largest(self, floors: Mapping[Kind, int], stuck: set[Knob]) -> Knob | None:
        movable = [
            knob
            for knob, value in self.values.items()
            if knob.kind in floors
            and knob not in stuck
            and self._free(knob)
            and value // 2 >= floors[knob.kind]
        ]
        return max(movable, key=lambda k: self.values[k] / _WEIGHTS[k.kind], default=None)

    def _reduce(self, knob: Knob, floor: int, bounds: Bounds) -> bool:
        """Divide one size, by as much as is needed or by less; alone, or with all equal ones."""
        value = self.values[knob]
        equal = [k for k, v in self.values.items() if v == value and self._free(k)]
        for divisor in self._divisors(value, floor, bounds):
            for group in ([knob], equal) if len(equal) > 1 else ([knob],):
                changed = {**self.values, **dict.fromkeys(group, value // divisor)}
                if self._try(changed):
                    return True
        return False

    def _divisors(self, value: int, floor: int, bounds: Bounds) -> Iterator[int]:
        now = self.cost_now
        excess = 2.0
        if now is not None:
            excess = max(now.elements / bounds.elements, now.flops / bounds.flops)
        # The cost may grow with a power of the size, so that a full step would overshoot.
        divisor = 2
        while divisor * divisor < excess and divisor < _LARGEST_STEP:
            divisor *= 2
        while divisor >= 2:
            if value // divisor >= floor:
                yield divisor
            divisor //= 2

    def _free(self, knob: Knob) -> bool:
        return knob.value not in self.pinned and knob not in self.held

    def stretch(self, bounds: Bounds, length: int, turn: int) -> bool:
        """Make one size long and others short, so that a block of threads does not span it.

        `turn` is which of those that can be long, the largest first. Whether it could be done.
        """
        able = [
            knob
            for knob, value in self.values.items()
            if self._free(knob)
            and knob.value >= _LEAST_LONG
            and 2 * value <= min(length, knob.value)
        ]
        if not able:
            return False
        able.sort(key=lambda knob: -knob.value)
        knob = able[turn % len(able)]
        values, cost_now = dict(self.values), self.cost_now
        self.held = frozenset((knob,))
        for divisor in (1, 2, 4):
            reach = min(length, knob.value) // divisor
            longer = reach >= 2 * values[knob] and self._try_any({**values, knob: reach})
            if longer and self.shrink(bounds):
                break
            self.values, self.cost_now = dict(values), cost_now
        self.held = frozenset()
        return self.values != values

    def make_ragged(self) -> bool:
        """Make sizes odd, so that no block divides them; whether any could be."""
        changed = False
        for knob in sorted(self.values, key=lambda knob: -self.values[knob]):
            value = self.values[knob]
            least = _LEAST_RAGGED.get(knob.kind, 4)
            if value < least or knob.value in self.pinned or value % 2:
                continue
            for step in (1, -1, 3):
                if self._try_any({**self.values, knob: value + step}):
                    changed = True
                    break
        return changed

    def _try_any(self, values: dict[Knob, int]) -> bool:
        kept = self.cost_now
        self.cost_now = None
        if self._try(values):
            return True
        self.cost_now = kept
        return False


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raises TimeoutError in what takes more CPU seconds, as soon as it is in Python code."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"it takes more than {seconds:g} CPU seconds")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _scaled(values: Mapping[Knob, int], divisor: int) -> dict[Knob, int]:
    return {
        knob: max(min(value, _FLOORS[knob.kind]), value // divisor)
        for knob, value in values.items()
    }
