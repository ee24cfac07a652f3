"""Sources at hand as a design, without a repository around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatewright.core import Source
from gatewright.retrieval.facts.types import Module
from gatewright.retrieval.facts.verilog import verilog_facts
from gatewright.retrieval.repository import Definition, Use


class SourceDesign:
    """The modules of sources at hand; of several with a name, the first counts."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.definitions: list[Definition] = []
        self._modules: list[Module] = []
        for source in sources:
            for module in verilog_facts(source.text, source.name).modules:
                if module.name:
                    self._add(source.name, module)
        self._by_name: dict[str, Definition] = {}
        for definition in self.definitions:
            self._by_name.setdefault(definition.name, definition)

    def _add(self, path: str, module: Module) -> None:
        ports = tuple((port.name, port.direction, port.type) for port in module.ports)
        lines = (module.range.line, module.range.end_line)
        number = len(self._modules)
        found = Definition(number, path, module.kind.value, module.name, *lines, ports)
        self.definitions.append(found)
        self._modules.append(module)

    def definition(self, name: str, near: str = "") -> Definition | None:
        """The definition of a name; None where there is none."""
        return self._by_name.get(name)

    def module(self, definition: Definition) -> Module:
        """The facts of a definition."""
        return self._modules[definition.id]

    def expanded(self, definition: Definition) -> Module:
        """The same: sources at hand are read each for itself."""
        return self.module(definition)

    def uses(self, name: str, of: Definition | None = None) -> Iterator[Use]:
        """Every instance of a module, in order; none of a definition that another one hides."""
        if of is not None and self._by_name.get(name) != of:
            return
        for definition, module in zip(self.definitions, self._modules, strict=True):
            for instance in module.instances:
                if instance.module == name:
                    yield Use(definition.path, definition.id, module, instance)

    def count_uses(self, name: str, of: Definition | None = None) -> int:
        """How many `uses` there are."""
        return sum(1 for _ in self.uses(name, of))

    def root(self, name: str) -> Definition | None:
        """The module of that name, else the first module that no other one instantiates."""
        used = {instance.module for module in self._modules for instance in module.instances}
        modules = (d for d in self.definitions if d.kind == "module" and d.name not in used)
        return self._by_name.get(name) or next(modules, None)
