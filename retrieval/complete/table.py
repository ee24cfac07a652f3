"""Strings by number and numbers by string, places by number: as arrays, which a file can hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def digest(text: str) -> int:
    """A number of 64 bits for a string, the same in every process."""
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True)
class Keys:
    """Numbers by string; the strings themselves are not kept, only what tells them apart.

    `hashes` are sorted, `numbers` in their order.
    """

    hashes: NDArray[np.uint64]
    numbers: NDArray[np.int32]

    @staticmethod
    def of(texts: Collection[str]) -> Keys:
        """The strings' numbers are their places."""
        import numpy as np

        hashes = np.fromiter(map(digest, texts), dtype=np.uint64, count=len(texts))
        order = np.argsort(hashes, kind="stable")
        return Keys(hashes[order], order.astype(np.int32))

    def find(self, text: str) -> int:
        """A string's number; -1 where it has none."""
        import numpy as np

        value = np.uint64(digest(text))
        at = int(np.searchsorted(self.hashes, value))
        if at == len(self.hashes) or self.hashes[at] != value:
            return -1
        return int(self.numbers[at])


@dataclass(frozen=True, slots=True)
class Strings:
    """Strings by number: string n lies between `ends[n]` and `ends[n + 1]` of the text."""

    text: NDArray[np.uint8]
    ends: NDArray[np.int64]

    @staticmethod
    def of(texts: Collection[str]) -> Strings:
        """The strings in order."""
        import numpy as np

        data = [text.encode("utf-8", "surrogatepass") for text in texts]
        ends = np.zeros(len(data) + 1, dtype=np.int64)
        np.cumsum([len(each) for each in data], out=ends[1:])
        return Strings(np.frombuffer(b"".join(data), dtype=np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, number: int) -> str:
        found = self.text[self.ends[number] : self.ends[number + 1]]
        return found.tobytes().decode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Places:
    """Places by number: those of n lie between `starts[n]` and `starts[n + 1]`, in order."""

    starts: NDArray[np.int32]
    places: NDArray[np.int32]

    @staticmethod
    def of(row: NDArray[np.int32], count: int) -> Places:
        """`row[p]` is what stands at place p, below `count`; -1 = nothing."""
        import numpy as np

        order = np.argsort(row, kind="stable")
        order = order[int(np.count_nonzero(row < 0)) :]
        starts = np.zeros(count + 1, dtype=np.int32)
        np.cumsum(np.bincount(row[order], minlength=count), out=starts[1:])
        return Places(starts, order.astype(np.int32))

    def at(self, number: int) -> list[int]:
        """The places of a number; none for -1."""
        if number < 0:
            return []
        found: list[int] = self.places[self.starts[number] : self.starts[number + 1]].tolist()
        return found


@dataclass(frozen=True, slots=True)
class Pairs:
    """Places by two numbers, the one before and the one there."""

    keys: NDArray[np.int64]
    starts: NDArray[np.int32]
    places: NDArray[np.int32]

    @staticmethod
    def of(row: NDArray[np.int32]) -> Pairs:
        """The pairs of neighbours in a row, those with a negative number left out."""
        import numpy as np

        wide = row.astype(np.int64)
        keys = (wide[:-1] << 32) | wide[1:]
        order = np.argsort(keys, kind="stable")
        order = order[(wide[order] >= 0) & (wide[order + 1] >= 0)]
        keys = keys[order]
        first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else order
        starts = np.append(first, len(keys)).astype(np.int32)
        return Pairs(keys[first], starts, (order + 1).astype(np.int32))

    def found(self, before: int, there: int) -> NDArray[np.int32]:
        """The places of a pair, in order."""
        import numpy as np

        key = np.int64((before << 32) | there)
        at = int(np.searchsorted(self.keys, key))
        if before < 0 or there < 0 or at == len(self.keys) or self.keys[at] != key:
            return self.places[:0]
        return self.places[self.starts[at] : self.starts[at + 1]]
