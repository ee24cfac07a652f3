"""The work that expanding a text may cost: a bound on it, whatever the text is."""

from __future__ import annotations

from dataclasses import dataclass

MAX_WORK = 1_000_000
MAX_PASTED = 4096
_CHARACTERS_A_STEP = 8


class Overflow(Exception):
    """The expansion grew past its budget."""


@dataclass(slots=True)
class Budget:
    """Steps left; one is about what handling one token costs."""

    left: int = MAX_WORK

    def charge(self, steps: int, characters: int = 0) -> None:
        """Pay for work about to be done. Raises Overflow where that is more than is left."""
        self.left -= steps + characters // _CHARACTERS_A_STEP
        if self.left < 0:
            raise Overflow("the text's macros and includes expand to too much")
