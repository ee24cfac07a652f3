"""`gatewright doctor`: what is here, what is missing, and how to get it."""

from __future__ import annotations

from typing import Annotated

import typer

from gatewright.cli.console import print_json, stdout_console
from gatewright.cli.exits import ExitCode
from gatewright.cli.options import BaseUrl, Json, ModelName


def doctor(
    model: ModelName = None,
    base_url: BaseUrl = None,
    install: Annotated[
        str,
        typer.Option(
            metavar="TOOL", help="Install an optional tool first: verilator, cuda, chisel."
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Show tools, versions, isolation and model; exit status 0 when the main job can run."""
    from gatewright.cli.checkup import checkup

    if install:
        from gatewright.cli.installing import install_tool

        install_tool(install)
    found = checkup(model, base_url)
    if json:
        print_json(found.document())
        raise typer.Exit(ExitCode.OK if found.ready else ExitCode.ERROR)
    console = stdout_console()
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    for line in found.lines:
        mark = "[green]ok[/]" if line.ok else ("[red]missing[/]" if line.needed else "[yellow]-[/]")
        table.add_row(mark, line.name, line.detail)
        if line.hint and not line.ok:
            table.add_row("", "", f"[dim]{line.hint}[/]")
    console.print(table)
    console.print("Ready." if found.ready else "Not ready: see what is missing above.")
    raise typer.Exit(ExitCode.OK if found.ready else ExitCode.ERROR)
