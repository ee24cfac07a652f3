"""Tools that read: the repository's structure and its files. What they find is data, no order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from gatewright.agents.chat.toolbox import DRAFT, Arguments, Hands, Result, Tool

if TYPE_CHECKING:
    from gatewright.agents.workbench import SignalPlaces


_LONGEST_CONDITION = 160


class SearchArguments(Arguments):
    """Of search."""

    query: str = Field(min_length=1, max_length=2000, description="what it does, in words")
    level: str = Field(default="block", description="module, block or signal")
    count: int = Field(default=8, ge=1, le=40)


class ShowArguments(Arguments):
    """Of show."""

    module: str = Field(description="a module's name")


class SignalArguments(Arguments):
    """Of drivers, loads and cone."""

    signal: str = Field(description="MODULE.SIGNAL")


class ContextArguments(Arguments):
    """Of context."""

    path: str
    line: int = Field(ge=1)
    tokens: int = Field(default=2000, ge=200, le=8000)


class ListArguments(Arguments):
    """Of list_files."""

    pattern: str = Field(default="**/*", description="a glob, such as rtl/*.sv")


class ReadArguments(Arguments):
    """Of read_file."""

    path: str = Field(description="a path inside the folder, or draft:NAME")
    first: int = Field(default=1, ge=1)
    last: int | None = Field(default=None, ge=1)


def _search(hands: Hands, wanted: SearchArguments) -> Result:
    found = hands.workbench.search(wanted.query, level=wanted.level, count=wanted.count)
    lines = [
        f"{hit.file}:{hit.line}-{hit.end_line}  {hit.kind} in {hit.module}: {hit.name or '-'}"
        for hit in found.hits
    ]
    return Result(f"{len(found.hits)} found", "\n".join([*lines, *found.notes]))


def _show(hands: Hands, wanted: ShowArguments) -> Result:
    found = hands.workbench.show(wanted.module)
    places = ", ".join(f"{m.name} at {m.file}:{m.line}" for m in found.modules)
    return Result(places, "\n\n".join(module.text for module in found.modules))


def _drivers(hands: Hands, wanted: SignalArguments) -> Result:
    return _places("drive", hands.workbench.drivers(wanted.signal))


def _loads(hands: Hands, wanted: SignalArguments) -> Result:
    return _places("read", hands.workbench.loads(wanted.signal))


def _places(verb: str, found: SignalPlaces) -> Result:
    lines = []
    for place in found.places:
        under = f"  (if {shortened_line(place.condition)})" if place.condition else ""
        lines.append(f"{place.file}:{place.line}: {place.text.strip()}{under}")
    summary = f"{len(found.places)} places {verb} {found.signal}"
    return Result(summary, "\n".join([summary, *lines, *found.notes]))


def shortened_line(text: str) -> str:
    """A condition, its end left out where it is long."""
    return text if len(text) <= _LONGEST_CONDITION else f"{text[: _LONGEST_CONDITION - 1]}…"


def _cone(hands: Hands, wanted: SignalArguments) -> Result:
    found = hands.workbench.cone(wanted.signal)
    lines = [f"{p.file}:{p.line} (depth {p.depth}): {p.text.strip()}" for p in found.places]
    summary = f"{len(found.places)} places decide {found.signal}"
    rest = ["the walk was cut short: there is more"] if found.cut else []
    return Result(summary, "\n".join([summary, *lines, *rest]))


def _context(hands: Hands, wanted: ContextArguments) -> Result:
    found = hands.workbench.context(wanted.path, wanted.line, tokens=wanted.tokens)
    return Result(f"{found.tokens} tokens around {found.file}:{found.line}", found.text)


def _list(hands: Hands, wanted: ListArguments) -> Result:
    found = hands.workbench.list_files(wanted.pattern)
    drafts = [f"{DRAFT}{draft.name}" for draft in hands.turn.state.drafts]
    more = ["… and more"] if found.more else []
    count = len(found.files)
    return Result(
        f"{count} file{'' if count == 1 else 's'}", "\n".join([*found.files, *more, *drafts])
    )


def _read(hands: Hands, wanted: ReadArguments) -> Result:
    from gatewright.agents.chat.given import draft

    if wanted.path.startswith(DRAFT):
        source = draft(hands, wanted.path)
        return Result(f"{source.name}, a draft", source.text)
    found = hands.workbench.read_file(wanted.path, first=wanted.first, last=wanted.last)
    numbered = "\n".join(
        f"{number}| {line}" for number, line in enumerate(found.text.splitlines(), found.first)
    )
    cut = " (cut)" if found.cut else ""
    summary = f"{found.path}:{found.first}-{found.last} of {found.lines}{cut}"
    return Result(summary, f"{summary}\n{numbered}")


TOOLS = (
    Tool("search", "Find modules, blocks or signals by what they do.", SearchArguments, _search),
    Tool("show", "A module's ports, parts and users.", ShowArguments, _show),
    Tool("drivers", "What drives a signal.", SignalArguments, _drivers),
    Tool("loads", "What reads a signal.", SignalArguments, _loads),
    Tool("cone", "The statements that decide a signal.", SignalArguments, _cone),
    Tool("context", "What somebody needs to see to write there.", ContextArguments, _context),
    Tool("list_files", "The files of the folder, and the drafts.", ListArguments, _list),
    Tool("read_file", "A file's lines, numbered.", ReadArguments, _read),
)
