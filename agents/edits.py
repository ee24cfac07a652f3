"""Search-and-replace edits: read from an answer, applied to a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the one place that reads `search` by `replace`."""

    search: str
    replace: str


@dataclass(frozen=True, slots=True)
class Applied:
    """The edited text, or the text as it was and `problem`: why the edits do not fit it."""

    text: str
    problem: str = ""


_SEARCH = re.compile(r"[ \t]*<{5,}")
_MIDDLE = re.compile(r"[ \t]*={5,}[ \t]*")
_REPLACE = re.compile(r"[ \t]*>{5,}")
_NUMBERED = re.compile(r"^ *\d+ ?\|[ ]?", re.M)


def parse_edits(answer: str) -> tuple[Edit, ...]:
    """The edit blocks of an answer, in order; () where it holds none.

        <<<<<<< SEARCH
        lines as they are
        =======
        lines as they should be
        >>>>>>> REPLACE

    Line numbers copied from a numbered listing (`12| …`) are taken off.
    """
    found: list[Edit] = []
    search: list[str] | None = None
    replacement: list[str] | None = None
    for line in answer.replace("\r\n", "\n").split("\n"):
        if search is None:
            search = [] if _SEARCH.match(line) else None
        elif replacement is None:
            if _MIDDLE.fullmatch(line):
                replacement = []
            else:
                search.append(line)
        elif _REPLACE.match(line):
            found.append(Edit(_unnumbered(_text(search)), _unnumbered(_text(replacement))))
            search = replacement = None
        else:
            replacement.append(line)
    return tuple(found)


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _unnumbered(text: str) -> str:
    lines = text.split("\n")
    written = [line for line in lines if line.strip()]
    if written and all(_NUMBERED.match(line) for line in written):
        return _NUMBERED.sub("", text)
    return text


def apply_edits(text: str, edits: Sequence[Edit]) -> Applied:
    """All edits, in order, or none of them.

    A search text must name exactly one place. Trailing blanks never matter; where no place reads
    exactly so, indentation does not matter either, and the replacement takes over the place's.
    """
    result = text
    for edit in edits:
        if not edit.search.strip():
            return Applied(text, "a SEARCH block is empty: it must quote the lines to replace")
        lines = result.split("\n")
        wanted = _trimmed(edit.search)
        places = _places(lines, wanted, str.rstrip) or _places(lines, wanted, str.strip)
        if len(places) != 1:
            return Applied(text, _misfit(edit, len(places)))
        start = places[0]
        lines[start : start + len(wanted)] = _fitted(edit, wanted, lines[start])
        result = "\n".join(lines)
    if result == text:
        return Applied(text, "the edits leave the code as it was")
    return Applied(result)


def _trimmed(text: str) -> list[str]:
    """The lines of a block without blank ones before and after."""
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _places(lines: Sequence[str], wanted: Sequence[str], trim: Callable[[str], str]) -> list[int]:
    """Where the wanted lines stand, compared after trimming."""
    have = [trim(line) for line in lines]
    want = [trim(line) for line in wanted]
    return [i for i in range(len(have) - len(want) + 1) if have[i : i + len(want)] == want]


def _fitted(edit: Edit, wanted: Sequence[str], first: str) -> list[str]:
    """The replacement, shifted by as much as the search text's indentation was off."""
    fresh = _trimmed(edit.replace)
    have, said = _indent(first), _indent(wanted[0])
    if have == said:
        return fresh
    shifted = []
    for line in fresh:
        bare = line[len(said) :] if line.startswith(said) else line.lstrip()
        shifted.append(have + bare if bare.strip() else "")
    return shifted


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _misfit(edit: Edit, places: int) -> str:
    first = next(line.strip() for line in edit.search.split("\n") if line.strip())
    if places:
        return (
            f"the SEARCH text starting `{first}` fits {places} places: quote more lines around it"
        )
    return f"the SEARCH text starting `{first}` does not occur in the code: quote it exactly"
