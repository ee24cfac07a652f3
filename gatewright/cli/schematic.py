"""`gatewright schematic`: a design as a circuit diagram."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli.inputs import one_standard_input, read_sources
from gatewright.cli.options import IsolationLevel, isolation_from, settings_from


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
    from gatewright.cli.output import OutputFile
    from gatewright.pictures.schematic import modules_of, schematic_svg
    from gatewright.sandbox.harness.modules import require_module
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
