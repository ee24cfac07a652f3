"""The verbs of the command line, as typer reads them."""

from __future__ import annotations

import os

import typer

from gatewright.cli.console import say
from gatewright.cli.variables import unknown_variables
from gatewright.cli.verbs import Verbs

app = typer.Typer(
    name="gatewright",
    cls=Verbs,
    help="LLM agents write hardware; nothing counts until a tool has verified it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from gatewright import __version__

        typer.echo(f"gatewright {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Options before the verb."""
    odd = unknown_variables(os.environ)
    if odd:
        say(f"gatewright: {odd}")
