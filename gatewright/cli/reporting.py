"""`gatewright report` and `gatewright compare`: what runs came to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.console import print_json, say, stdout_console
from gatewright.cli.options import Json

if TYPE_CHECKING:
    from gatewright.eval import Run

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The --out folder of an eval.")]


def report(
    run: RunFolder,
    official: Annotated[
        bool, typer.Option(help="Print the table that the benchmark's authors publish.")
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page that needs nothing else.")] = None,
    json: Json = False,
) -> None:
    """Show a run: figures, failures, problems; --html adds code, rounds and waveforms."""
    from gatewright.eval import load_run, summary_json
    from gatewright.eval.published import official_table
    from gatewright.eval.suites.registry import open_suite
    from gatewright.eval.tables import print_run

    loaded = load_run(run)
    if html is not None:
        _write_page(loaded, html)
        say(f"wrote {html}")
    if official:
        print(official_table(loaded, open_suite(loaded.manifest.suite)))
    elif json:
        print_json(summary_json(loaded.summary))
    else:
        print_run(loaded, stdout_console())


def _write_page(run: Run, html: Path) -> None:
    """The page in its place: a link stays a link, a device or pipe is written to."""
    from gatewright.cli.output import OutputFile
    from gatewright.eval.report import html_pieces, write_html

    file = OutputFile(html)
    file.try_out()
    if html.exists() and not html.is_file():
        file.write("".join(html_pieces(run)))
    else:
        write_html(run, html.resolve())


def compare(
    first: RunFolder,
    second: RunFolder,
    rules: Annotated[str | None, typer.Option(help="The rule set to compare under.")] = None,
    json: Json = False,
) -> None:
    """Compare two runs problem by problem, with an interval for the difference."""
    from gatewright.eval import compare_runs, comparison_json, load_run
    from gatewright.eval.tables import print_comparison

    comparison = compare_runs(load_run(first), load_run(second), rules)
    if json:
        print_json(comparison_json(comparison))
    else:
        print_comparison(comparison, stdout_console())
