"""What the programs of one Triton launch touch: inside their tensors, and not each other's.

The interpreter runs programs one after the other on plain memory, where a race shows in no result,
and what is read or written past a tensor's end in few.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

Array = np.ndarray[Any, Any]
# Of what more elements than these are noted of, races are not looked for.
_MOST = 20_000_000


class OutOfBounds(RuntimeError):
    """An access outside every tensor that the kernel was given."""


class Race(RuntimeError):
    """Two programs touch one place, one of them writes, and nothing orders them."""


class Watch:
    """Stands between the interpreter and its memory during one launch."""

    def __getattr__(self, name: str) -> Any:
        """Anything else of the interpreter's."""
        return getattr(self._memory, name)

    def __init__(self, memory: Any, builder: Any, arguments: object) -> None:
        self._memory = memory
        self._builder = builder
        ranges = sorted(set(_ranges(arguments)))
        self._begins = np.array([begin for begin, _ in ranges], dtype=np.uint64)
        self._ends = np.array([end for _, end in ranges], dtype=np.uint64)
        self._reads: list[tuple[Array, int]] = []
        self._writes: list[tuple[Array, int, Array]] = []
        self._left = _MOST
        self._atomics = False

    def load(self, places: Array, mask: Array, other: Array, kind: Any) -> Any:
        """As the interpreter's."""
        touched = self._checked(places, mask, np.dtype(kind).itemsize, "reads")
        if self._noting(touched):
            self._reads.append((np.unique(touched), self._program()))
        return self._memory.load(places, mask, other, kind)

    def store(self, places: Array, values: Array, mask: Array) -> Any:
        """As the interpreter's."""
        touched = self._checked(places, mask, values.dtype.itemsize, "writes")
        if self._noting(touched):
            kept = np.broadcast_to(values, np.shape(places))[_as_mask(mask, places)]
            self._writes.append((touched, self._program(), kept.astype(np.float64)))
        return self._memory.store(places, values, mask)

    def atomic_rmw(
        self, operation: Any, places: Array, values: Array, mask: Array, how: Any
    ) -> Any:
        """As the interpreter's."""
        self._atomics = True
        self._checked(places, mask, values.dtype.itemsize, "updates")
        return self._memory.atomic_rmw(operation, places, values, mask, how)

    def atomic_cas(self, places: Array, expected: Array, values: Array, how: Any) -> Any:
        """As the interpreter's."""
        self._atomics = True
        self._checked(places, np.array(True), values.dtype.itemsize, "updates")
        return self._memory.atomic_cas(places, expected, values, how)

    def end(self) -> None:
        """Raises Race. Where there are atomics, they may order what looks like one."""
        if self._atomics or not self._writes or self._left < 0:
            return
        places = np.concatenate([place for place, _, _ in self._writes])
        programs = np.concatenate([np.full(len(p), n) for p, n, _ in self._writes])
        values = np.concatenate([value for _, _, value in self._writes])
        order = np.argsort(places, kind="stable")
        places, programs, values = places[order], programs[order], values[order]
        again = (places[1:] == places[:-1]) & (programs[1:] != programs[:-1])
        differs = ~((values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1])))
        for at in np.flatnonzero(again & differs)[:1]:
            raise Race(_told(programs[at], "writes", programs[at + 1], "writes"))
        for read, program in self._reads:
            at = np.searchsorted(places, read)
            at[at == len(places)] = 0
            met = (places[at] == read) & (programs[at] != program)
            for found in np.flatnonzero(met)[:1]:
                raise Race(_told(program, "reads", programs[at[found]], "writes"))

    def _checked(self, places: Array, mask: Array, size: int, does: str) -> Array:
        touched = np.asarray(places, dtype=np.uint64)[_as_mask(mask, places)].ravel()
        if not touched.size:
            return touched
        at = np.searchsorted(self._begins, touched, side="right").astype(np.int64) - 1
        inside = (at >= 0) & (touched + np.uint64(size) <= self._ends[at])
        if not inside.all():
            told = f"program {self._builder.grid_idx} {does} {size} bytes"
            raise OutOfBounds(f"{told} outside the tensors that it was given")
        return touched

    def _noting(self, touched: Array) -> bool:
        self._left -= touched.size
        return bool(touched.size) and self._left >= 0

    def _program(self) -> int:
        x, y, z = self._builder.grid_idx
        _, height, depth = self._builder.grid_dim
        return int((x * height + y) * depth + z)


def _as_mask(mask: Array, places: Array) -> Array:
    return np.broadcast_to(np.asarray(mask, dtype=bool), np.shape(places))


def _told(one: int, does: str, other: int, did: str) -> str:
    return f"program {one} {does} what program {other} {did}, and nothing orders the two"


def _ranges(value: object) -> Iterator[tuple[int, int]]:
    """The memory of every tensor in a launch's arguments."""
    if isinstance(value, torch.Tensor):
        storage = value.untyped_storage()
        yield storage.data_ptr(), storage.data_ptr() + storage.nbytes()
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _ranges(one)
    elif isinstance(value, dict):
        yield from _ranges(list(value.values()))
    elif hasattr(value, "base"):
        yield from _ranges(value.base)
