"""Questions about a repository, answered with the lines that the places hold."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.agents.workbench.results import (
    ConeFound,
    ConePlace,
    ModuleShown,
    PackFound,
    Shown,
    SignalPlace,
    SignalPlaces,
)
from gatewright.core import GatewrightError
from gatewright.retrieval.dataflow import Cone
from gatewright.retrieval.drivers import Accesses
from gatewright.retrieval.outline import outlines
from gatewright.retrieval.outline_text import outline_lines
from gatewright.retrieval.pack import Pack
from gatewright.retrieval.repository import Repository

_LONGEST_LINE = 160

Asked = Callable[[Repository, str, str], Accesses]


class _Lines:
    """Lines of the repository's files, as they are now."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._files: dict[str, list[str]] = {}

    def line(self, file: str, number: int) -> str:
        """A line, shortened; nothing where it is gone."""
        if file not in self._files:
            try:
                text = self._repository.text(file)
            except GatewrightError:
                text = ""
            self._files[file] = text.split("\n")
        lines = self._files[file]
        text = lines[number - 1].strip() if number <= len(lines) else ""
        return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}…"


def shown(repository: Repository, module: str, near: str) -> Shown:
    """A module's definitions. Raises UsageError where there is none."""
    found = outlines(repository, module, near)
    return Shown(
        tuple(
            ModuleShown(
                outline.module.name,
                outline.module.kind.value,
                outline.file,
                outline.module.range.line,
                outline.module.range.end_line,
                "\n".join(outline_lines(outline)),
            )
            for outline in found
        )
    )


def signal_places(repository: Repository, signal: str, near: str, ask: Asked) -> SignalPlaces:
    """What `ask` (drivers or loads) finds. Raises UsageError where there is no such signal."""
    found, lines = ask(repository, signal, near), _Lines(repository)
    places = tuple(
        SignalPlace(
            file=each.file,
            line=each.line,
            end_line=each.end_line,
            text=lines.line(each.file, each.line),
            kind=each.kind,
            module=each.module,
            condition=each.condition,
            clock=each.clock,
            reset=each.reset,
            target=each.target,
            via=each.via,
            role=each.role,
        )
        for each in found.found
    )
    return SignalPlaces(signal, places, found.notes)


def cone_found(repository: Repository, signal: str, cone: Cone) -> ConeFound:
    """A cone with its lines."""
    lines = _Lines(repository)
    places = tuple(
        ConePlace(
            file=step.file,
            line=step.line,
            end_line=step.end_line,
            text=lines.line(step.file, step.line),
            depth=step.depth,
            kind=step.kind,
            module=step.module,
            path=step.path,
            signal=step.signal,
            condition=step.condition,
        )
        for step in cone.steps
    )
    return ConeFound(signal, places, cone.cut)


def pack_found(found: Pack, file: str, line: int) -> PackFound:
    """A context pack."""
    return PackFound(file, line, found.text, found.parts, found.tokens, found.left_out)
