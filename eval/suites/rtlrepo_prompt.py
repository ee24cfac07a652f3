"""RTL-Repo's prompt, as its repository's `src/utils.py` builds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_BREAKS = re.compile(r"\n{4,}")


def prompt(
    repository: str,
    context: Mapping[str, str],
    path: str,
    before: str,
    most: int | None = None,
    size: Callable[[str], int] = len,
) -> str:
    """Every context file under its path, then the file at hand up to the line wanted.

    `most` limits the whole, measured by `size`: lines of the context go from its end. RTL-Repo
    measures in tokens of the model; its loop and its borders are kept.
    """
    across = f"// Repo Name: {repository}\n"
    across += "".join(f"// Path: {name}\n{text}\n\n" for name, text in context.items())
    inside = f"// Path: {path}\n{before}\n"
    if most is not None:
        across = _shortened(across, size(across) + size(inside) - most, size)
    return _BREAKS.sub("\n\n", across + inside)


def _shortened(text: str, excess: int, size: Callable[[str], int]) -> str:
    if excess <= 0:
        return text
    lines = text.split("\n")
    kept = 0
    for kept in range(len(lines) - 1, -1, -1):
        excess -= size(lines[kept])
        if excess < 0:
            break
    return "\n".join(lines[:kept]) + "\n\n"
