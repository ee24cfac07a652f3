"""A run as one HTML page: no other file, no network, and no script that runs but its own."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatewright.core import UsageError
from gatewright.eval.results import Run
from gatewright.eval.rowfile import stop_writing
from gatewright.eval.speed import speed_lines
from gatewright.eval.tables import (
    print_comparison,
    print_preflight,
    print_run,
    print_summary,
)
from gatewright.eval.view import cautions, problem_views, rule_cards, shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

__all__ = [
    "html_pieces",
    "page_environment",
    "page_text",
    "print_comparison",
    "print_preflight",
    "print_run",
    "print_summary",
    "write_html",
]

_PIECES = 64  # parts of the template joined for each write


def write_html(run: Run, path: Path) -> None:
    """Write the page, in one step.

    Raises UsageError where its folder does not exist (as every command does that writes a file
    where it is told to), DataError where the file cannot be written.
    """
    if not path.parent.is_dir():
        folder = str(path.parent)
        raise UsageError("no such folder", where=folder, hint="make it first: mkdir -p FOLDER")
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(html_pieces(run))
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise stop_writing(path, error, "name another file with --html") from error


def html_pieces(run: Run) -> Iterator[str]:
    """The page's text, piece by piece."""
    environment = page_environment()
    script = page_text(environment, "report_script.html")
    stream = environment.get_template("report.html").stream(
        run=run,
        manifest=run.manifest,
        summary=run.summary,
        cards=rule_cards(run),
        shares=shares(run),
        cautions=[*cautions(run), *_speed(run)],
        problems=problem_views(run),
        script=script,
        script_hash=_digest(script),
        style=page_text(environment, "report_style.html"),
    )
    stream.enable_buffering(_PIECES)
    return iter(stream)


def _speed(run: Run) -> list[str]:
    """Of kernels: a figure must not be read without what it is of."""
    speed = run.summary.speed
    return [] if speed is None else ["; ".join(speed_lines(speed)) + "."]


def page_environment() -> Environment:
    """The templates of all pages: values are escaped, an unknown name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("gatewright.eval", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["seconds"] = _seconds
    environment.filters["thousands"] = lambda number: f"{number:,}"
    return environment


def page_text(environment: Environment, name: str) -> Any:
    """A template without values, as it is."""
    from markupsafe import Markup

    return Markup(environment.get_template(name).render())


def _digest(text: str) -> str:
    """The hash by which the page's policy lets its own script run, and no other."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _seconds(value: float) -> str:
    if value >= 60:
        return f"{value / 60:.1f} min"
    return f"{value:.1f} s" if value >= 1 else f"{value * 1000:.0f} ms"
