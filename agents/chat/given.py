"""Files and drafts as tools are handed them."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.agents.chat.toolbox import DRAFT, Hands
from gatewright.core import DataError, Language, Source, UsageError, language_of


def given(hands: Hands, names: Iterable[str]) -> list[Source | str]:
    """Paths as they are, drafts as their texts. Raises UsageError for a draft that is none."""
    return [draft(hands, name) if name.startswith(DRAFT) else _path(hands, name) for name in names]


def _path(hands: Hands, name: str) -> str:
    """A path as it is. Raises DataError where a draft of that name is meant."""
    if hands.turn.state.draft(name) is not None:
        try:
            hands.workbench.read_file(name)
        except DataError as error:
            raise DataError(error.what, where=name, hint=f"it is a draft: {DRAFT}{name}") from None
    return name


def draft(hands: Hands, name: str) -> Source:
    """A draft by its name, with or without the prefix. Raises UsageError."""
    bare = name.removeprefix(DRAFT)
    state = hands.turn.state
    found = state.draft(bare)
    if found is None:
        known = ", ".join(f"{DRAFT}{each.name}" for each in state.drafts) or "none"
        raise UsageError(f"no draft {bare!r}", where=name, hint=f"drafts: {known}")
    return Source(found.name, found.text, language_of(found.name) or Language.SYSTEMVERILOG)


def sources(hands: Hands, names: Iterable[str]) -> tuple[Source, ...]:
    """The texts behind paths and drafts, for whoever is shown what was checked."""
    found = []
    for name in names:
        if name.startswith(DRAFT):
            found.append(draft(hands, name))
            continue
        text = whole_text(hands, name)
        bare = name.rpartition("/")[2]
        found.append(Source(bare, text, language_of(bare) or Language.SYSTEMVERILOG))
    return tuple(found)


def whole_text(hands: Hands, path: str) -> str:
    """A file's text from the first line to the last. Raises DataError."""
    read = hands.workbench.read_file(path)
    parts = [read.text]
    while read.cut:
        following = hands.workbench.read_file(path, first=read.last + 1)
        if following.last <= read.last:
            raise DataError("has a line that is too long to be shown", where=path)
        read = following
        parts.append(read.text)
    return "".join(part if part.endswith("\n") else f"{part}\n" for part in parts)
