"""`gatewright report` and `gatewright compare`: what runs came to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli.console import print_json, say, stdout_console
from gatewright.cli.options import Json

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
    from gatewright.eval.report import print_run, write_html
    from gatewright.eval.suites.registry import open_suite

    loaded = load_run(run)
    if html is not None:
        write_html(loaded, html)
        say(f"wrote {html}")
    if official:
        print(official_table(loaded, open_suite(loaded.manifest.suite)))
    elif json:
        print_json(summary_json(loaded.summary))
    else:
        print_run(loaded, stdout_console())


def compare(
    first: RunFolder,
    second: RunFolder,
    rules: Annotated[str | None, typer.Option(help="The rule set to compare under.")] = None,
    json: Json = False,
) -> None:
    """Compare two runs problem by problem, with an interval for the difference."""
    from gatewright.eval import compare_runs, comparison_json, load_run
    from gatewright.eval.report import print_comparison

    comparison = compare_runs(load_run(first), load_run(second), rules)
    if json:
        print_json(comparison_json(comparison))
    else:
        print_comparison(comparison, stdout_console())
