"""From completed lines to the text that goes in at the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.agents.complete_prompt import Place

_CHARACTERS_PER_TOKEN = 4


def inserted(place: Place, lines: Sequence[str]) -> str:
    """What is to be typed at the cursor, so that these lines stand there.

    What the line has behind the cursor, and lines that follow already, are not written again.
    """
    if not lines:
        return ""
    begun, line = place.typed, lines[0]
    if not line.startswith(begun):
        if begun.strip():
            return ""
        line = begun + line.lstrip()  # blanks are typed already, if others than we would take
    rest, _, below = place.after.partition("\n")
    first = _without(line[len(begun) :], rest)
    if rest.strip():
        return first
    others = _new(lines[1:], below)
    return "\n".join((first, *others))


def limited(text: str, most_tokens: int | None, stops: Sequence[str]) -> tuple[str, bool]:
    """The text up to the first stop, and whether the limit cut it: at the end of a line, if any."""
    ends = [at for stop in stops if stop and (at := text.find(stop)) >= 0]
    text = text[: min(ends)] if ends else text
    most = len(text) if most_tokens is None else most_tokens * _CHARACTERS_PER_TOKEN
    if len(text) <= most:
        return text, False
    cut = text[: max(0, most)]
    return cut.rpartition("\n")[0] or cut, True


def _without(text: str, rest: str) -> str:
    """The text without its end where the line goes on with just that."""
    rest = rest.strip()
    if not rest:
        return text
    for length in range(min(len(rest), len(text)), 0, -1):
        if text.endswith(rest[:length]):
            return text[: len(text) - length].rstrip() if length == len(rest) else text[:-length]
    return text


def _new(lines: Sequence[str], below: str) -> Sequence[str]:
    """The lines before the first that stands below already."""
    following = next((line.strip() for line in below.split("\n") if line.strip()), None)
    for number, line in enumerate(lines):
        if following is not None and line.strip() == following:
            return lines[:number]
    return lines
