"""`gatewright datasets`: which benchmarks there are, bring one here, check a copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.console import print_json, say, stdout_console
from gatewright.cli.exits import ExitCode

if TYPE_CHECKING:
    from gatewright.datasets.pins import Pin

datasets_app = typer.Typer(
    help="Benchmark data: list, get, check.", no_args_is_help=True, rich_markup_mode=None
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@datasets_app.command("list")
def list_datasets(json: Json = False) -> None:
    """List the suites, their licences and where their data is."""
    from gatewright.datasets.pins import pin_of
    from gatewright.eval.suites.registry import suite_names

    rows = [_row(suite, pin_of(suite)) for suite in suite_names()]
    if json:
        print_json({"suites": rows})
        return
    from rich.table import Table

    table = Table("suite", "problems", "licence", "data", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            str(row["suite"]),
            str(row["problems"] or "any"),
            str(row["licence"]),
            str(row["data"] or "not here"),
        )
    stdout_console().print(table)
    if any(row["data"] is None for row in rows):
        say("Bring one here with: gatewright datasets get SUITE")


def _row(suite: str, pin: Pin | None) -> dict[str, str | int | None]:
    from gatewright.eval.suites.registry import open_suite, users_data

    yours = users_data(suite)
    if yours:
        return {"suite": suite, "problems": None, "licence": "the data's", "data": yours}
    if pin is None:
        count = len(open_suite(suite).load(None).problems)
        return {"suite": suite, "problems": count, "licence": "Apache-2.0", "data": "bundled"}
    here = str(pin.folder) if pin.folder.is_dir() else None
    return {
        "suite": suite,
        "problems": pin.problems,
        "licence": pin.licence,
        "data": here,
        "repository": pin.repository,
        "commit": pin.commit,
    }


@datasets_app.command("get")
def get_dataset(
    suite: Annotated[str, typer.Argument(help="The suite whose data to bring here.")],
    url: Annotated[
        str, typer.Option(help="Take the archive (tar.gz) from here instead of its repository.")
    ] = "",
    json: Json = False,
) -> None:
    """Download a suite's data at the pinned commit and check its hash."""
    from gatewright.core import DataError
    from gatewright.datasets.fetch import fetch, remove
    from gatewright.datasets.pins import pin_of
    from gatewright.eval.suites.registry import open_suite, users_data

    opened = open_suite(suite)
    pin = pin_of(suite)
    if users_data(suite):
        say(f"{suite} has no pinned data to download: {users_data(suite)}")
        raise typer.Exit(ExitCode.ERROR)
    if pin is None:
        say(f"{suite} is bundled: nothing to download")
        return
    folder = fetch(pin, url or pin.url)
    found = opened.load(folder).sha256
    if found != pin.sha256:
        remove(pin)
        raise DataError(
            f"hash {found[:16]}… is not the pinned {pin.sha256[:16]}…",
            where=url or pin.url,
            hint="the archive was altered or is of another version; nothing was kept",
        )
    if json:
        print_json({"suite": suite, "data": str(folder), "sha256": found})
    else:
        print(folder)


@datasets_app.command("check")
def check_dataset(
    suite: Annotated[str, typer.Argument(help="The suite.")],
    data: Annotated[Path | None, typer.Option(help="The folder to check.")] = None,
    json: Json = False,
) -> None:
    """Load a suite's data and compare its hash with the pinned one."""
    from gatewright.datasets.pins import folder_of, pin_of
    from gatewright.eval.suites.registry import open_suite, users_data

    dataset = open_suite(suite).load(data or folder_of(suite))
    pin = pin_of(suite)
    own = bool(users_data(suite))
    published = pin is None or dataset.sha256 == pin.sha256
    document = {
        "suite": suite,
        "data": dataset.path,
        "problems": len(dataset.problems),
        "sha256": dataset.sha256,
        "pinned": published and not own,
    }
    if json:
        print_json(document)
    else:
        state = "the pinned version" if published else "not the pinned version, or only part of it"
        state = "not pinned" if own else state
        print(f"{suite}: {len(dataset.problems)} problems in {dataset.path}: {state}")
        print(f"sha256 {dataset.sha256}")
    if not published:
        raise typer.Exit(ExitCode.FAILED)
