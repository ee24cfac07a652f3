"""A design's modules as pictures, or why there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewright.core import DataError, GatewrightError, Source

if TYPE_CHECKING:
    from gatewright.sandbox.isolation import Isolation

_MOST_MODULES = 6


@dataclass(frozen=True, slots=True)
class Schematic:
    """A module's picture; or, without one, why there is none."""

    title: str
    svg: str = ""


def schematics_of(
    isolation: Isolation, sources: Sequence[Source], top: str
) -> tuple[Schematic, ...]:
    """The top module's picture and those of the modules inside it; or why there is none."""
    from gatewright.sandbox.tools.schematic import ENTRY, netlist_of
    from gatewright.sandbox.tools.yosys import Yosys

    try:
        with Yosys(isolation, ENTRY) as yosys:
            return tuple(_drawn(netlist_of(yosys, sources, top)))
    except GatewrightError as error:
        return (Schematic(f"No schematic: {error}"),)


def _drawn(netlist: str) -> Iterator[Schematic]:
    from gatewright.pictures.schematic import modules_of, schematic_svg
    from gatewright.sandbox.integrity.layout import shown_names

    # An instance's module is called by the user's name, `$` and the instance's path.
    by_name = {module.partition("$")[0]: module for module in reversed(modules_of(netlist))}
    names = list(reversed(by_name))
    for name in names[:_MOST_MODULES]:
        try:
            yield Schematic(shown_names(name), schematic_svg(netlist, by_name[name]))
        except DataError as error:
            yield Schematic(f"No schematic: {shown_names(str(error))}")
    if len(names) > _MOST_MODULES:
        yield Schematic(f"{len(names) - _MOST_MODULES} more modules are not drawn")
