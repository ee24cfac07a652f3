"""`gatewright schematic`: a design as a circuit diagram."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.inputs import one_standard_input, read_sources
from gatewright.cli.options import IsolationLevel, isolation_from, settings_from
from gatewright.core import DataError, GatewrightError, Source

if TYPE_CHECKING:
    from gatewright.cli.page import Schematic
    from gatewright.sandbox.isolation import Isolation

_MOST_MODULES = 6


def schematic(
    designs: Annotated[list[str], typer.Argument(metavar="DESIGN...", help="Files, or -.")],
    top: Annotated[str, typer.Option(help="The module to draw.", show_default="the top")] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the SVG here.", show_default="stdout"),
    ] = None,
    isolation: IsolationLevel = None,
) -> None:
    """Draw a module of up to 150 cells as SVG; modules inside it are boxes.

    Exit status: 0 drawn, 2 error.
    """
    from gatewright.cli.console import say
    from gatewright.cli.naming import require_module
    from gatewright.cli.output import OutputFile
    from gatewright.pictures.schematic import modules_of, schematic_svg
    from gatewright.sandbox.tools.schematic import ENTRY, netlist_of
    from gatewright.sandbox.tools.yosys import Yosys

    one_standard_input(designs)
    sources = read_sources(designs)
    require_module(sources, top)
    if output:
        OutputFile(output).try_out()
    with Yosys(isolation_from(settings_from(isolation=isolation)), ENTRY) as yosys:
        netlist = netlist_of(yosys, sources, top)
    drawn = schematic_svg(netlist, modules_of(netlist)[0])
    if output is None:
        print(drawn)
        return
    OutputFile(output).write(drawn + "\n")
    say(f"wrote {output}")


def schematics_of(
    isolation: Isolation, sources: Sequence[Source], top: str
) -> tuple[Schematic, ...]:
    """The top module's picture and those of the modules inside it; or why there is none."""
    from gatewright.cli.page import Schematic
    from gatewright.sandbox.tools.schematic import ENTRY, netlist_of
    from gatewright.sandbox.tools.yosys import Yosys

    try:
        with Yosys(isolation, ENTRY) as yosys:
            return tuple(_drawn(netlist_of(yosys, sources, top)))
    except GatewrightError as error:
        return (Schematic(f"No schematic: {error}"),)


def _drawn(netlist: str) -> Iterator[Schematic]:
    from gatewright.cli.page import Schematic
    from gatewright.pictures.schematic import modules_of, schematic_svg

    # An instance's module is called by the user's name, `$` and the instance's path.
    by_name = {module.partition("$")[0]: module for module in reversed(modules_of(netlist))}
    names = list(reversed(by_name))
    for name in names[:_MOST_MODULES]:
        try:
            yield Schematic(name, schematic_svg(netlist, by_name[name]))
        except DataError as error:
            yield Schematic(f"No schematic: {error}")
    if len(names) > _MOST_MODULES:
        yield Schematic(f"{len(names) - _MOST_MODULES} more modules are not drawn")
