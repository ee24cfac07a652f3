"""`gatewright index`: read a repository, and tell what it holds."""

from __future__ import annotations

from gatewright.cli.options import Json
from gatewright.cli.repository import Repo

_PLURALS = {"class": "classes", "primitive": "primitives"}
_UNITS = ("unit",)  # what stands outside of modules: of no interest as a number


def index(repo: Repo, json: Json = False) -> None:
    """Read a repository's sources: what changed since the last time, or all of them.

    The other commands do so by themselves; this one tells what was found.

    Exit status: 0 read, 2 error.
    """
    from gatewright.cli.console import print_json
    from gatewright.cli.repository import opened, say_notes

    with opened(repo) as repository:
        counts, notes = repository.counts, repository.notes
    if json:
        files, lines, instances = (counts.pop(key) for key in ("files", "lines", "instances"))
        print_json(
            {
                "root": str(repository.root),
                "files": files,
                "lines": lines,
                "instances": instances,
                "definitions": counts,
                "notes": list(notes),
            }
        )
        return
    told = [_counted(number, kind) for kind, number in counts.items() if kind not in _UNITS]
    print(", ".join(told))
    say_notes(notes)


def _counted(number: int, kind: str) -> str:
    singular = kind.removesuffix("s") if kind in ("files", "lines", "instances") else kind
    return f"{number:,} {singular if number == 1 else _PLURALS.get(singular, singular + 's')}"
