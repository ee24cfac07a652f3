"""Initial values for registers that nothing ever sets: they power up as 0, not as x.

FPGAs and simulators honour a declaration's initial value; an ASIC's flip-flops do not, so the pass
can be switched off. A register that has a reset or an initial value is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gatewright.agents.postpass_reset import reset_registers
from gatewright.core import Source
from gatewright.retrieval.cone import is_clocked
from gatewright.retrieval.facts.names import nodes
from gatewright.retrieval.facts.types import Module
from gatewright.retrieval.facts.verilog import verilog_facts

_VARIABLES = {"RegType", "LogicType"}
_VARIABLE_PORT = re.compile(r"output\b[^;]*?\b(?:reg|logic)\b")


@dataclass(frozen=True, slots=True)
class Initialised:
    """Sources after the pass, and the registers that got an initial value, as `module.name`."""

    sources: tuple[Source, ...]
    registers: tuple[str, ...] = ()


def initialise_registers(sources: Sequence[Source]) -> Initialised:
    """Give every clocked `reg` or `logic` without reset and initial value the value 0.

    Memories, enumerations, structures, loop variables and sources that do not parse stay as they
    are. Positions come from the syntax tree, so comments and layout are kept.
    """
    try:
        done = [_initialise(source) for source in sources]
    except RecursionError:
        return Initialised(tuple(sources))
    return Initialised(
        tuple(found.sources[0] for found in done),
        tuple(name for found in done for name in found.registers),
    )


def _initialise(source: Source) -> Initialised:
    from pyslang.syntax import SyntaxTree

    tree = SyntaxTree.fromText(source.text)
    if any(diagnostic.isError() for diagnostic in tree.diagnostics):
        return Initialised((source,))
    facts = {module.name: module for module in verilog_facts(source.text, source.name).modules}
    root: Any = tree.root
    modules = nodes(root.members) if root.kind.name == "CompilationUnit" else iter((root,))
    insertions: list[_Insertion] = []
    names: list[str] = []
    for module in modules:
        if module.kind.name != "ModuleDeclaration":
            continue
        wanted = _unset_registers(module, facts[module.header.name.valueText])
        found = _Declarations(source.text.encode(), tree.sourceManager, wanted).read(module)
        insertions += found.insertions
        names += [f"{module.header.name.valueText}.{name}" for name in found.names]
    text = _inserted(source.text, insertions)
    return Initialised((replace(source, text=text),), tuple(names))


def _unset_registers(module: Any, facts: Module) -> frozenset[str]:
    """Clocked targets that no reset, no initial block and no initialiser sets."""
    clocked, settled = set[str](), set[str]()
    for block in facts.blocks:
        (clocked if is_clocked(block) else settled).update(block.drives)
    clocked -= settled
    return frozenset(clocked - reset_registers(module, facts, clocked))


@dataclass(frozen=True, slots=True)
class _Insertion:
    """Text to put in at a byte offset."""

    offset: int
    text: str


class _Declarations:
    """Finds where the wanted registers are declared, and what to write there."""

    def __init__(self, text: bytes, manager: Any, wanted: frozenset[str]) -> None:
        self._text = text
        self._manager = manager
        self._wanted = wanted
        self.insertions: list[_Insertion] = []
        self.names: list[str] = []

    def read(self, module: Any) -> _Declarations:
        """Go through the module's ports and its module-level declarations."""
        ports = module.header.ports
        if ports is not None and ports.kind.name == "AnsiPortList":
            self._ansi_ports(nodes(ports.ports))
        for member in nodes(module.members):
            if member.kind.name == "DataDeclaration":
                self._declarators(member.type, member.declarators)
            elif member.kind.name == "PortDeclaration":
                self._declarators(getattr(member.header, "dataType", None), member.declarators)
        return self

    def _declarators(self, data_type: Any, declarators: Any) -> None:
        if data_type is not None and data_type.kind.name in _VARIABLES:
            for declarator in nodes(declarators):
                self._initialise(declarator)

    def _initialise(self, declarator: Any) -> bool:
        name = declarator.name
        plain = declarator.initializer is None and not list(nodes(declarator.dimensions))
        if name.valueText not in self._wanted or not plain:
            return False
        if self._manager.isMacroLoc(name.location):
            return False
        self._insert(name.location.offset + len(name.rawText.encode()), " = 0")
        self.names.append(name.valueText)
        return True

    def _ansi_ports(self, ports: Iterable[Any]) -> None:
        """A port takes over the header before it only while no value stands between.

        `output reg a, b` becomes `output reg a = 0, output reg b = 0`.
        """
        header, broken = "", False
        for port in ports:
            if port.kind.name != "ImplicitAnsiPort":
                header, broken = "", False
                continue
            name = port.declarator.name.location.offset
            inherits = port.header.getFirstToken().location.offset >= name
            if not inherits:
                header, broken = self._raw(port.header.sourceRange.start.offset, name), False
            done = _VARIABLE_PORT.match(header) is not None and self._initialise(port.declarator)
            if inherits and (done or broken):
                self._insert(name, header)
            broken = broken or done

    def _raw(self, start: int, end: int) -> str:
        return self._text[start:end].decode()

    def _insert(self, offset: int, text: str) -> None:
        self.insertions.append(_Insertion(offset, text))


def _inserted(text: str, insertions: Sequence[_Insertion]) -> str:
    data = text.encode()
    for insertion in sorted(insertions, key=lambda i: i.offset, reverse=True):
        data = data[: insertion.offset] + insertion.text.encode() + data[insertion.offset :]
    return data.decode()
