"""The seam between the runner and whatever carries its tasks out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Carries tasks out, several at a time."""

    @property
    def jobs(self) -> int:
        """How many tasks run at a time."""
        ...

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """Results in the order they finish. Tasks start in the order given."""
        ...
