"""Finds its way in a testbench: the module under test, the top, the reference beside it."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.core import DataError, Diagnostic, Severity
from gatewright.sandbox.integrity import Definition
from gatewright.sandbox.tools.slang_modules import Instance, Module


def unusable(found: Sequence[Diagnostic], where: str) -> DataError:
    """The error for a testbench that cannot be read."""
    first = next((d for d in found if d.severity is Severity.ERROR), None)
    return DataError(
        f"the testbench cannot be used: {first or 'it defines no module'}",
        where=where,
        hint="mend the testbench, or give the files it includes",
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
