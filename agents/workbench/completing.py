"""Completion at a place of a text."""

from __future__ import annotations

from gatewright.agents.complete_prompt import Place
from gatewright.agents.completing import CompletedPorts, RepositoryCompleter
from gatewright.agents.workbench.results import Completion
from gatewright.core import UsageError

_MOST_LINES = 200


def place_in(path: str, text: str, line: int, column: int) -> Place:
    """The cursor at a line and column, from 1, of a file's text. Raises UsageError outside of it.

    What stands on the cursor's line from the cursor on is never looked at.
    """
    lines = [each.rstrip("\r") for each in text.split("\n")]
    if not 1 <= line <= len(lines):
        raise UsageError(f"has no line {line}", where=path, hint=f"it has {len(lines)} lines")
    here = lines[line - 1]
    if not 1 <= column <= len(here) + 1:
        raise UsageError(
            f"line {line} has no column {column}",
            where=path,
            hint=f"it has {len(here)} characters",
        )
    before = "".join(f"{above}\n" for above in lines[: line - 1])
    return Place(path, before, here[: column - 1], "\n".join(lines[line:]))


def completed(
    completer: RepositoryCompleter, place: Place, count: int, block: int, ports: bool
) -> Completion:
    """A line, a block of at most so many lines, or an instance's ports. Raises ModelError."""
    if block and ports:
        raise UsageError("a block and ports exclude each other", hint="ask for one")
    if not 0 <= block <= _MOST_LINES:
        raise UsageError(f"{block} lines are too many", where="block", hint=f"0 to {_MOST_LINES}")
    found = (
        completer.ports(place)
        if ports
        else completer.block(place, block)
        if block
        else completer.line(place, count)
    )
    if isinstance(found, CompletedPorts):
        why = "" if found.lines else found.missing.why or "every port is connected"
        return Completion(found.lines, found.source, (), why, found.usage)
    why = "" if found.lines else "nothing like it is in the repository"
    return Completion(found.lines, found.source, found.candidates, why, found.usage)
