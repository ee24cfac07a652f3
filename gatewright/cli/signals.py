"""`gatewright drivers`, `loads` and `cone`: where a signal comes from, and where it goes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from gatewright.cli.declared import Argument, Option
from gatewright.cli.enriching import Dataflow
from gatewright.cli.options import IsolationLevel, Json
from gatewright.cli.repository import Near, Repo
from gatewright.core import UsageError

if TYPE_CHECKING:
    from gatewright.retrieval.dataflow import ConeStep
    from gatewright.retrieval.drivers import Access, Accesses
    from gatewright.retrieval.repository import Repository

Signal = Annotated[
    str,
    Argument("A signal; MODULE.INSTANCE.SIGNAL goes through instances.", "MODULE.SIGNAL"),
]
BitByBit = Annotated[
    bool,
    Option(
        "Elaborate the module and tell which bits, parameters as they are by default.",
        ("--elaborated",),
    ),
]
_LONGEST_LINE = 100


def drivers(
    repo: Repo,
    signal: Signal,
    near: Near = "",
    elaborated: BitByBit = False,
    isolation: IsolationLevel = None,
    json: Json = False,
) -> None:
    """Show what drives a signal: statements, instances inside, what its module is connected to.

    Exit status: 0 shown (also where nothing drives it), 2 error (no such signal).
    """
    _accesses(_Asked(repo, signal, near, "drivers", json), elaborated, isolation)


def loads(
    repo: Repo,
    signal: Signal,
    near: Near = "",
    elaborated: BitByBit = False,
    isolation: IsolationLevel = None,
    json: Json = False,
) -> None:
    """Show what reads a signal: statements, instances inside, what its module is connected to.

    Exit status: 0 shown (also where nothing reads it), 2 error (no such signal).
    """
    _accesses(_Asked(repo, signal, near, "loads", json), elaborated, isolation)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of a signal's drivers or loads: `key` is which."""

    repo: Path
    signal: str
    near: str
    key: Literal["drivers", "loads"]
    json: bool


def _accesses(asked: _Asked, elaborated: bool, level: str | None) -> None:
    from gatewright.cli.repository import opened
    from gatewright.retrieval.drivers import drivers, loads

    with opened(asked.repo) as repository:
        if elaborated:
            _tell_bits(repository, asked, level)
            return
        ask = drivers if asked.key == "drivers" else loads
        found = ask(repository, asked.signal, asked.near)
    _tell(asked.repo, found, asked.key, asked.json)


def cone(
    repo: Repo,
    signal: Signal,
    depth: Annotated[int, Option("The most hops backwards.", least=1, most=100)] = 4,
    most: Annotated[int, Option("The most steps shown.", least=1, most=10_000)] = 200,
    near: Near = "",
    dataflow: Dataflow = False,
    cut: Annotated[
        bool,
        Option(
            "Write a module of its own that holds only what decides the signal, from the "
            "module on downwards, whatever --depth says.",
            ("--slice",),
        ),
    ] = False,
    isolation: IsolationLevel = None,
    json: Json = False,
) -> None:
    """Show the statements that decide a signal, backwards, through the hierarchy.

    Exit status: 0 shown, 2 error (no such signal).
    """
    from gatewright.cli.console import print_json, say
    from gatewright.cli.repository import opened
    from gatewright.cli.terminal import shown
    from gatewright.retrieval.dataflow import cone

    if dataflow and cut:
        raise UsageError("--dataflow and --slice are two answers", hint="ask for one")
    with opened(repo) as repository:
        if dataflow or cut:
            _enriched(repository, signal, near, isolation, cut, json)
            return
        found = cone(repository, signal, depth, most, near)
    if json:
        steps = [_step(step) for step in found.steps]
        print_json({"cone": steps, "cut": found.cut})
        return
    texts = _Texts(repo)
    lines: dict[str, None] = {}  # a statement that drives two signals of the cone is shown once
    for step in found.steps:
        inside = f"  ({step.path})" if step.path else ""
        text = texts.line(step.file, step.line)
        lines[f"{step.depth} {step.file}:{step.line}{inside}  {text}"] = None
    for line in lines:
        print(shown(line))
    if not lines:
        say("nothing found that decides it (for a signal of an interface, ask drivers)")
    if found.cut:
        say("note: there is more beyond these limits (--depth, --most)")


def _enriched(
    repository: Repository, signal: str, near: str, level: str | None, cut: bool, as_json: bool
) -> None:
    from gatewright.cli.enriching import enriched, tell_bindings, tell_slice
    from gatewright.retrieval.places import find_signals

    at = find_signals(repository, signal, near)[0]
    found = enriched(repository, at.place.module.name, [at.signal], at.place.path, level)
    (tell_slice if cut else tell_bindings)(found, as_json)


def _step(step: ConeStep) -> dict[str, object]:
    return {
        "file": step.file,
        "line": step.line,
        "end_line": step.end_line,
        "depth": step.depth,
        "kind": step.kind,
        "module": step.module,
        "path": step.path,
        "signal": step.signal,
        "condition": step.condition,
    }


def _tell(repo: Path, accesses: Accesses, key: str, as_json: bool) -> None:
    from gatewright.cli.console import print_json, say
    from gatewright.cli.repository import say_notes
    from gatewright.cli.terminal import shown

    if as_json:
        rows = [_row(access) for access in accesses.found]
        print_json({key: rows, "notes": list(accesses.notes)})
        return
    texts = _Texts(repo)
    told = (_told(access, texts.line(access.file, access.line)) for access in accesses.found)
    for text, times in Counter(told).items():  # a macro may make many that look the same
        print(shown(f"{text}  {times} times" if times > 1 else text))
    if not accesses.found:
        say(f"nothing {'drives' if key == 'drivers' else 'reads'} it")
    say_notes(accesses.notes)


def _tell_bits(repository: Repository, asked: _Asked, level: str | None) -> None:
    """Tell what elaboration found, each place with its bits."""
    from gatewright.cli.console import print_json, say
    from gatewright.cli.elaborating import elaborated
    from gatewright.cli.terminal import shown

    key = asked.key
    answer = elaborated(repository, asked.signal, asked.near, level)
    found = answer.drivers if key == "drivers" else answer.loads
    notes = [f"slang has {answer.errors} errors with these sources"] if answer.errors else []
    if asked.json:
        rows = [
            {**_row(one.access), "bits": [one.high, one.low], "signal": one.scope} for one in found
        ]
        print_json({key: rows, "notes": notes})
        return
    texts = _Texts(repository.root)
    for one in found:
        text = texts.line(one.access.file, one.access.line)
        print(shown(f"{one.scope}[{one.high}:{one.low}]  {_told(one.access, text)}"))
    if not found:
        say(f"nothing {'drives' if key == 'drivers' else 'reads'} it inside the module")
    for note in notes:
        say(f"note: {note}")


def _row(access: Access) -> dict[str, object]:
    return {
        "file": access.file,
        "line": access.line,
        "end_line": access.end_line,
        "kind": access.kind,
        "clock": access.clock or None,
        "reset": access.reset or None,
        "condition": access.condition,
        "module": access.module,
        "target": access.target,
        "via": access.via,
        "role": access.role,
        "scope": access.scope,
        "block": {"line": access.block_line, "end_line": access.block_end_line},
    }


def _told(access: Access, text: str) -> str:
    lines = (
        f"{access.line}" if access.line == access.end_line else (f"{access.line}-{access.end_line}")
    )
    parts = [f"{access.file}:{lines}", access.kind, text]
    if access.condition:
        parts.append(f"when {access.condition}")
    if access.clock:
        parts.append(f"@{access.clock}")
    if access.via:
        parts.append(f"via {access.via}")
    if access.role in ("control", "clock", "reset"):
        parts.append(f"as {access.role}")
    return "  ".join(parts)


class _Texts:
    """Lines of the repository's files, as they are now."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, list[str]] = {}

    def line(self, file: str, line: int) -> str:
        """A line, shortened; nothing where it is gone."""
        from gatewright.retrieval.scan import read

        if file not in self._files:
            self._files[file] = read(self._root, file).text.split("\n")
        lines = self._files[file]
        text = lines[line - 1].strip() if line <= len(lines) else ""
        return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}…"
