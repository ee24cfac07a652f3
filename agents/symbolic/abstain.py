"""Why a specification is not read: raised inside the readers, caught at the door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Abstain(Exception):
    """Not read, and why. Never leaves the package: `read` turns it into a Reading."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def on_line(number: int) -> Iterator[None]:
    """An Abstain raised inside begins with `line N: `, unless it names a line of its own."""
    try:
        yield
    except Abstain as abstain:
        if not abstain.reason.startswith("line "):
            abstain.reason = f"line {number}: {abstain.reason}"
        raise
