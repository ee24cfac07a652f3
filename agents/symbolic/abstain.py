"""Why a specification is not read: raised inside the readers, caught at the door."""

from __future__ import annotations


class Abstain(Exception):
    """Not read, and why. Never leaves the package: `read` turns it into a Reading."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
