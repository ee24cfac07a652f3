"""Modules that know each other, as the questions on structure see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from gatewright.retrieval.facts.types import Module
from gatewright.retrieval.repository import Definition, Use


class Design(Protocol):
    """What a walk through the hierarchy asks: a repository answers it, and so do bare sources."""

    def definition(self, name: str, near: str = "") -> Definition | None:
        """The definition of a name, the nearest to the path `near`; None where there is none."""
        ...

    def module(self, definition: Definition) -> Module:
        """The facts of a definition."""
        ...

    def expanded(self, definition: Definition) -> Module:
        """The same, with what macros of other files become in it."""
        ...

    def uses(self, name: str, of: Definition | None = None) -> Iterator[Use]:
        """Every instance of a module, or of one definition of it."""
        ...

    def count_uses(self, name: str, of: Definition | None = None) -> int:
        """How many `uses` there are."""
        ...
