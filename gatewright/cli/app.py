"""The verbs of the command line, and what happens when one of them goes wrong."""

from __future__ import annotations

import sys

import typer

from gatewright.cli.datasets import datasets_app
from gatewright.cli.doctor import doctor
from gatewright.cli.evaluate import evaluate, preflight
from gatewright.cli.exits import ExitCode
from gatewright.cli.generate import generate
from gatewright.cli.reporting import compare, report
from gatewright.cli.verify import verify

app = typer.Typer(
    name="gatewright",
    help="LLM agents write hardware; nothing counts until a tool has verified it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(doctor)
app.command()(generate)
app.command()(verify)
app.command("eval")(evaluate)
app.command()(preflight)
app.command()(report)
app.command()(compare)
app.add_typer(datasets_app, name="datasets")


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


def main() -> None:
    """Run the command line; every failure ends in one message and a documented exit status."""
    from gatewright.core import GatewrightError

    try:
        app()
    except GatewrightError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("interrupted; what is finished is kept", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output is gone (`| head`): nothing is left to say.
        sys.stderr.close()
        raise SystemExit(ExitCode.OK) from None
    except OSError as error:
        _fail(_explain(error))
    except RecursionError:
        _fail("the input is nested too deeply to be processed")


def _fail(message: str, code: ExitCode = ExitCode.ERROR) -> None:
    print(f"gatewright: {message}", file=sys.stderr)
    raise SystemExit(code) from None


def _explain(error: OSError) -> str:
    import errno

    place = f"{error.filename}: " if error.filename else ""
    hint = {
        errno.ENOSPC: " (free some space and run the same command again: finished work is kept)",
        errno.EACCES: " (choose a place you may write to)",
        errno.EROFS: " (choose a place you may write to)",
    }.get(error.errno or 0, "")
    return f"{place}{error.strerror or error}{hint}"
