"""A line to be completed, as a problem: where it stands, what comes before, what else there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gatewright.core import Language, Origin, Problem, Source

_REPOSITORY, _PATH = "// Repo Name: ", "// Path: "


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor at the start of a line: the repository's name, the file's path, the text before."""

    repository: str
    path: str
    before: str


def line_problem(
    name: str,
    place: Place,
    context: Mapping[str, str],
    label: str,
    category: str,
    origin: Origin,
) -> Problem:
    """The problem whose right answer is the line `label`; `context` maps other paths to texts."""
    return Problem(
        id=name,
        spec=f"{_REPOSITORY}{place.repository}\n{_PATH}{place.path}\n{place.before}",
        context=tuple(Source(path, text, language_of(path)) for path, text in context.items()),
        reference=(Source(place.path, label, language_of(place.path)),),
        category=category,
        origin=origin,
    )


def place_of(problem: Problem) -> Place:
    """The place that a problem made by `line_problem` asks about."""
    first, _, rest = problem.spec.partition("\n")
    second, _, before = rest.partition("\n")
    return Place(first.removeprefix(_REPOSITORY), second.removeprefix(_PATH), before)


def language_of(path: str) -> Language:
    """By the suffix: `.v` and `.vh` are Verilog, all else SystemVerilog."""
    return Language.VERILOG if path.lower().endswith((".v", ".vh")) else Language.SYSTEMVERILOG


def ended(before: str) -> str:
    """The text before a line, which begins behind a line's end."""
    return before if before.endswith("\n") else f"{before}\n"


def line_ending(before: str) -> str:
    """What a line of that text has before its line feed: a carriage return, or nothing."""
    return "\r" if before.endswith("\r\n") else ""
