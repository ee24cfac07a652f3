"""Facts of one source file: what is defined, used, driven and read in it, and where.

Named tuples, not dataclasses: a repository holds a million of them, they are stored by position,
and a tuple is made and written three times faster. They are as immutable.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

# What binds looser than the `&&` that joins conditions, or reads as if it did.
_LOOSE = re.compile(r"\|\||\?|->|, ")


class ModuleKind(StrEnum):
    """What a design unit is; UNIT holds what a file has outside every other one."""

    MODULE = "module"
    INTERFACE = "interface"
    PROGRAM = "program"
    PACKAGE = "package"
    CLASS = "class"
    CHECKER = "checker"
    PRIMITIVE = "primitive"
    UNIT = "unit"
    OBJECT = "object"
    TRAIT = "trait"
    STRUCT = "struct"


class BlockKind(StrEnum):
    """What a block is. DECLARATION gives a variable its first value; a net's is an ASSIGN."""

    ASSIGN = "assign"
    ALWAYS = "always"
    ALWAYS_COMB = "always_comb"
    ALWAYS_FF = "always_ff"
    ALWAYS_LATCH = "always_latch"
    INITIAL = "initial"
    FINAL = "final"
    FUNCTION = "function"
    TASK = "task"
    GATE = "gate"
    DECLARATION = "declaration"
    ASSERTION = "assertion"
    COVERGROUP = "covergroup"
    CONSTRAINT = "constraint"
    KERNEL = "kernel"


class Range(NamedTuple):
    """Where something stands: lines and columns (characters) from 1, the end inclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def holds(self, line: int) -> bool:
        """Whether it reaches over that line."""
        return self.line <= line <= self.end_line


NOWHERE = Range(0, 0, 0, 0)


class Port(NamedTuple):
    """A port. `direction` is input, output, inout, ref, interface, or empty where unknown."""

    name: str
    direction: str
    type: str
    doc: str
    range: Range


class Parameter(NamedTuple):
    """A parameter. `keyword` is parameter, localparam or type; `value` is its default's text."""

    name: str
    keyword: str
    type: str
    value: str
    range: Range


class Signal(NamedTuple):
    """A net, variable or property: `type` as it is written, `dimensions` those after its name."""

    name: str
    type: str
    dimensions: str
    doc: str
    range: Range


class TypeName(NamedTuple):
    """A named type; `members` are an enum's values or a struct's fields."""

    name: str
    kind: str
    members: tuple[str, ...]
    range: Range


class Connection(NamedTuple):
    """A port of an instance: its name ('' = by `position`), the expression's text and names.

    `implicit` is the form `.clk` without parentheses.
    """

    port: str
    position: int
    text: str
    names: tuple[str, ...]
    range: Range
    implicit: bool = False


class Override(NamedTuple):
    """A parameter given to an instance; without a name it goes by position."""

    name: str
    text: str


class Instance(NamedTuple):
    """A module used in another one. `wildcard` = connected by `.*`.

    `scope` is the labels of the generate blocks around it, joined by dots; `guard` what they
    depend on.
    """

    module: str
    name: str
    overrides: tuple[Override, ...]
    connections: tuple[Connection, ...]
    wildcard: bool
    scope: str
    guard: str
    doc: str
    range: Range


class Event(NamedTuple):
    """What a block waits for. `edge` is posedge, negedge, edge, or empty."""

    edge: str
    signal: str


class Condition(NamedTuple):
    """Under what a statement runs; `parent` is the index of the condition around it, or -1."""

    text: str
    loads: tuple[str, ...]
    parent: int
    line: int


class Assignment(NamedTuple):
    """One place that gives `targets` a value; `condition` indexes its block's, -1 = always.

    `target` is the left-hand side as it is written; `loads` are the names on the right and in
    the indices.
    """

    targets: tuple[str, ...]
    target: str
    loads: tuple[str, ...]
    condition: int
    range: Range


class Block(NamedTuple):
    """A process, an assignment, a function: what it drives, what it reads, when.

    `drives` and `loads` leave out the names in `locals`, which it declares itself. `calls` are
    functions and tasks, system ones with their `$`.
    """

    kind: BlockKind
    name: str
    drives: tuple[str, ...]
    loads: tuple[str, ...]
    locals: tuple[str, ...]
    calls: tuple[str, ...]
    clock: str
    reset: str
    events: tuple[Event, ...]
    conditions: tuple[Condition, ...]
    assignments: tuple[Assignment, ...]
    scope: str
    guard: str
    doc: str
    range: Range

    def when(self, condition: int) -> str:
        """The conditions around a statement, outermost first; empty where there are none."""
        texts: list[str] = []
        while condition >= 0:
            texts.append(self.conditions[condition].text)
            condition = self.conditions[condition].parent
        if len(texts) > 1:
            texts = [f"({text})" if _LOOSE.search(text) else text for text in texts]
        return " && ".join(reversed(texts))

    def reads(self, assignment: Assignment) -> frozenset[str]:
        """What an assignment depends on: data, indices and the conditions around it."""
        found = set(assignment.loads)
        condition = assignment.condition
        while condition >= 0:
            found.update(self.conditions[condition].loads)
            condition = self.conditions[condition].parent
        return frozenset(found)


class Module(NamedTuple):
    """A design unit and everything in it. `parent` is the class's or module's around it.

    `packages` are those it names by `package::`, `imports` those it imports (`pkg::*`).
    """

    kind: ModuleKind
    name: str
    parent: str
    ports: tuple[Port, ...]
    parameters: tuple[Parameter, ...]
    imports: tuple[str, ...]
    packages: tuple[str, ...]
    signals: tuple[Signal, ...]
    types: tuple[TypeName, ...]
    instances: tuple[Instance, ...]
    blocks: tuple[Block, ...]
    bases: tuple[str, ...]
    doc: str
    range: Range

    def port(self, name: str) -> Port | None:
        """The port of that name."""
        return next((port for port in self.ports if port.name == name), None)


class FileFacts(NamedTuple):
    """What one file holds. `note` says in a line what could not be read, or is empty.

    `defines` and `macros` are the macros it defines and uses; `errors` counts the parser's.
    """

    path: str
    language: str
    modules: tuple[Module, ...]
    includes: tuple[str, ...]
    defines: tuple[str, ...]
    macros: tuple[str, ...]
    errors: int
    note: str = ""
