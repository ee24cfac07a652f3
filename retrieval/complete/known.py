"""What is known of modules: their ports and parameters, by the facts of repository and buffer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from gatewright.retrieval.complete.opened import Kind
from gatewright.retrieval.facts import extract
from gatewright.retrieval.facts.types import Module, Parameter, Port
from gatewright.retrieval.repository import Repository


@dataclass(frozen=True, slots=True)
class Member:
    """A port or parameter: `direction` of a port, `value` of a parameter by default."""

    name: str
    type: str = ""
    direction: str = ""
    value: str = ""


class Known:
    """The modules that a file may instantiate: its own, as `text` has them, then the nearest of
    the repository's other files. `without` names files that are not looked at.
    """

    def __init__(
        self, repository: Repository, path: str, text: str, without: Collection[str] = ()
    ) -> None:
        self._repository = repository
        self._path = path
        self._text = text
        self._without = {path, *without}

    @cached_property
    def _own(self) -> Sequence[Module]:
        return extract(self._text, self._path).modules

    def ports(self, module: str) -> tuple[str, ...] | None:
        """The names of a module's ports in order; None where it is unknown."""
        found = self.module(module)
        return tuple(port.name for port in found.ports) if found else None

    def parameters(self, module: str) -> tuple[str, ...] | None:
        """The names of the parameters that an instance may set; None where it is unknown."""
        found = self.module(module)
        return tuple(p.name for p in _settable(found)) if found else None

    def members(self, module: str, kind: Kind) -> tuple[Member, ...] | None:
        """What an instance's list may name: ports or parameters; None where it is unknown."""
        found = self.module(module)
        if found is None:
            return None
        if kind is Kind.PARAMETERS:
            return tuple(Member(p.name, p.type, value=p.value) for p in _settable(found))
        return tuple(_port(port) for port in found.ports)

    def module(self, name: str) -> Module | None:
        """The definition that is meant by a name; None where there is none."""
        own = next((m for m in self._own if m.name == name and m.ports), None)
        if own is not None:
            return own
        for definition in self._repository.definitions(name, self._path):
            if definition.path not in self._without:
                return self._repository.module(definition)
        return None


def _settable(module: Module) -> list[Parameter]:
    return [p for p in module.parameters if p.keyword != "localparam"]


def _port(port: Port) -> Member:
    return Member(port.name, port.type, port.direction)
