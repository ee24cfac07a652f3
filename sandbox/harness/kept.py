"""What was read of a specification and is asked for again: kept by its digest, within a bound."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from gatewright.core import Source

Read = TypeVar("Read")


class Kept(Generic[Read]):
    """Readings by key, those used last; together they weigh no more than `most` (bytes, about).

    A reading heavier than that by itself is not kept. Safe to use from several threads; two that
    ask for the same at once may both read it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._weight = 0
        self._lock = threading.Lock()
        self._readings: OrderedDict[bytes, tuple[Read, int]] = OrderedDict()

    @property
    def weight(self) -> int:
        """What the kept readings weigh together."""
        return self._weight

    def get(self, key: bytes, weight: int, make: Callable[[], Read]) -> Read:
        """The reading of that key: a kept one, or what `make` reads (of that weight) or raises."""
        with self._lock:
            found = self._readings.get(key)
            if found is not None:
                self._readings.move_to_end(key)
                return found[0]
        made = make()
        with self._lock:
            if key not in self._readings and weight <= self._most:
                self._readings[key] = (made, weight)
                self._weight += weight
            while self._weight > self._most:
                self._weight -= self._readings.popitem(last=False)[1][1]
        return made


def digest(words: Sequence[str], *groups: Sequence[Source]) -> bytes:
    """A digest of some words and of groups of sources, in that order."""
    made = hashlib.sha256()
    for word in words:
        _add(made.update, word)
    for group in groups:
        _add(made.update, str(len(group)))
        for source in group:
            _add(made.update, source.name)
            _add(made.update, source.language)
            _add(made.update, source.text)
    return made.digest()


def _add(update: Callable[[bytes], None], text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    update(len(data).to_bytes(8, "big"))
    update(data)


def letters(*groups: Sequence[Source]) -> int:
    """How long the texts are together."""
    return sum(len(source.text) for group in groups for source in group)
