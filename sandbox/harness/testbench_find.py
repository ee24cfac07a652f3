"""Finds its way in a testbench: the module under test, the top, the reference beside it."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.core import DataError, Diagnostic, Direction, Severity, Source
from gatewright.sandbox.integrity import Definition, Kind, Token
from gatewright.sandbox.tools.slang_modules import Instance, Module


def unusable(
    found: Sequence[Diagnostic], where: str, references: Sequence[Source] = ()
) -> DataError:
    """The error for a testbench, or a reference beside it, that cannot be read."""
    first = next((d for d in found if d.severity is Severity.ERROR), None)
    what = "reference" if first and first.file in {s.name for s in references} else "testbench"
    return DataError(
        f"the {what} cannot be used: {first or 'it defines no module'}",
        where=where,
        hint=f"mend the {what}, or give the files it includes",
    )


def find_design(duts: Sequence[Instance], wanted: str, where: str) -> str:
    """The module under test: instantiated by the testbench, defined by nobody in it."""
    missing = list(dict.fromkeys(i.module for i in duts))
    if wanted in missing:
        return wanted
    if len(missing) == 1:
        return missing[0]
    if not missing:
        raise DataError(
            "the testbench instantiates no module that a design could define",
            where=where,
            hint="its top module must instantiate the design under test",
        )
    raise DataError(
        f"the testbench instantiates several unknown modules: {', '.join(missing)}",
        where=where,
        hint="name the design's top module",
    )


def find_top(modules: Sequence[Module], roots: Sequence[str], missing: set[str], where: str) -> str:
    """The testbench's top: a root, by preference one that instantiates the design."""
    known = [m for m in modules if m.name in roots]
    uses = [m for m in known if any(i.module in missing for i in m.instances)]
    for choice in (uses, [m for m in known if not m.interface.ports], known):
        if len(choice) == 1:
            return choice[0].name
    if not known:
        raise DataError("the testbench has no top module", where=where)
    raise DataError(
        f"the testbench has several top modules: {', '.join(m.name for m in known)}",
        where=where,
        hint="name the testbench's top module",
    )


def find_golden(
    modules: Sequence[Module],
    inside: Sequence[Instance],
    reference: Sequence[Definition],
    design: str,
) -> tuple[Module, Instance] | None:
    """The reference module that has all the ports the design has, and its instance."""
    names = {d.name for d in reference if d.is_module}
    wanted = {c.port for i in inside if i.module == design for c in i.connections if c.port}
    for instance in inside:
        module = next((m for m in modules if m.name == instance.module), None)
        if module is None or module.name not in names:
            continue
        if wanted <= {p.name for p in module.interface.ports}:
            return module, instance
    return None


def find_driven(
    tokens: Sequence[Token],
    found: Sequence[Definition],
    modules: Sequence[Module],
    own: set[str],
    design: str,
) -> frozenset[str]:
    """What the module around the design drives itself: no output of the design belongs there."""
    around = [m for m in modules if any(i.module == design for i in m.instances)]
    ranges = {d.name: tokens[d.start : d.end] for d in found}
    driven: set[str] = set()
    for module in around:
        driven |= _assigned(ranges.get(module.name, ()))
        for instance in module.instances:
            inner = next((m for m in modules if m.name == instance.module), None)
            if inner is not None and instance.module in own:
                driven |= _from_outputs(instance, inner)
    return frozenset(driven)


def _assigned(tokens: Sequence[Token]) -> set[str]:
    """Names on the left of an assignment, and nets declared with a value."""
    driven: set[str] = set()
    declaring, depth = False, 0
    for index, token in enumerate(tokens[:-1]):
        before = tokens[index - 1].text if index else ""
        if token.text == ";":
            declaring = False
        elif token.text in _NET_WORDS:
            declaring = True
        elif depth == 0 and (before in _STATEMENT_STARTS or declaring):
            end = _after_target(tokens, index)
            if tokens[end].text in ("=", "<="):
                driven |= {t.text for t in tokens[index:end] if t.kind is Kind.IDENT}
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
    return driven


_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_NET_WORDS = frozenset({"wire", "tri", "wand", "wor", "uwire", "supply0", "supply1", "logic"})
_STATEMENT_STARTS = frozenset({";", "begin", "end", "assign", "else", ")"})


def _after_target(tokens: Sequence[Token], index: int) -> int:
    """The index after `a`, `a[…]` or `{…}` at `index`; `index` itself where none of them is."""
    last = len(tokens) - 1
    if tokens[index].kind is Kind.IDENT:
        index += 1
    elif tokens[index].text != "{":
        return index
    while index < last and tokens[index].text in ("[", "{"):
        depth = 1
        while index < last and depth:
            index += 1
            depth += (tokens[index].text in _OPENING) - (tokens[index].text in _CLOSING)
        index += 1
    return min(index, last)


def _from_outputs(instance: Instance, module: Module) -> set[str]:
    ports = module.interface.ports
    driven: set[str] = set()
    for number, connection in enumerate(instance.connections):
        name = connection.port or (ports[number].name if number < len(ports) else "")
        port = module.interface.port(name)
        if port is not None and port.direction is Direction.OUTPUT:
            driven.add(connection.text.partition(" ")[0])
    return driven
