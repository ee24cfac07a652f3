"""What a module is and how it stands in its repository: for `show`, and for whoever reads code."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from gatewright.retrieval.facts.types import Instance, Module
from gatewright.retrieval.places import Place, find_modules
from gatewright.retrieval.repository import Definition, Repository

MOST_USES = 20


@dataclass(frozen=True, slots=True)
class Child:
    """An instance, and where its module is defined; None where the repository has no such one."""

    instance: Instance
    definition: Definition | None


@dataclass(frozen=True, slots=True)
class Parent:
    """Where a module is used: in which module, at which line, under what name."""

    file: str
    line: int
    module: str
    instance: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A module's facts, what its instances are, and who uses it.

    `uses` is how many instances there are in all; `parents` the first of them. `packages` are
    where the packages that it names are defined, and its base classes.
    """

    file: str
    module: Module
    children: tuple[Child, ...]
    parents: tuple[Parent, ...]
    uses: int
    packages: tuple[Definition, ...]


def outlines(repository: Repository, name: str, near: str = "") -> tuple[Outline, ...]:
    """Every definition of a module, or the one nearest to the file `near`. Raises UsageError."""
    return tuple(_outline(repository, place) for place in find_modules(repository, name, near))


def _outline(repository: Repository, place: Place) -> Outline:
    module, definition = place.module, place.definition
    uses = islice(repository.uses(module.name, definition), MOST_USES)
    named = {*module.packages, *(text.partition("::")[0] for text in module.imports)}
    named.update(base.partition("#")[0].strip() for base in module.bases)
    found = (repository.definition(package, place.path) for package in sorted(named))
    return Outline(
        place.path,
        module,
        tuple(Child(i, repository.definition(i.module, place.path)) for i in module.instances),
        tuple(
            Parent(use.path, use.instance.range.line, use.parent.name, use.instance.name)
            for use in uses
        ),
        repository.count_uses(module.name, definition),
        tuple(package for package in found if package is not None),
    )
