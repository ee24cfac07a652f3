"""What happens to the signals in view: where they are declared, what drives them, what reads them.

What stands in one block or instance is one part, however many of the signals it concerns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gatewright.retrieval.drivers import Access, drivers_of, loads_of
from gatewright.retrieval.pack_parts import PartKind, Wish, wish
from gatewright.retrieval.pack_place import Name, View
from gatewright.retrieval.places import Place, SignalPlace
from gatewright.retrieval.repository import Repository

_MOST_ACCESSES = 6  # of one signal, either way
_MOST_NAMES = 6
_WHOLE_BLOCK = 24  # lines; of a longer block only what is asked for
_DECLARED, _DRIVEN, _READ, _INSIDE = 3, 4, 5, 6  # how needed each is


class _Key(NamedTuple):
    need: int
    kind: PartKind
    file: str
    block_line: int
    where: str


@dataclass(slots=True)
class _Group:
    distance: int
    lines: set[int] = field(default_factory=set)
    names: dict[str, None] = field(default_factory=dict)


@dataclass
class SignalWishes:
    """Parts about the signals in view of one place."""

    repository: Repository
    view: View
    wanted: Callable[[str], bool]
    _groups: dict[_Key, _Group] = field(default_factory=dict)

    def all(self) -> Iterator[Wish]:
        """Each with its rank; in no order."""
        place = self.view.place
        if place is None:
            return
        for name in self.view.signals:
            self._signal(place, name)
        yield from self._declarations(place)
        for key, group in self._groups.items():
            verb = "reads" if key.kind is PartKind.LOAD else "drives"
            why = f"{key.where}{verb} {_listed(list(group.names))}"
            told = (key.kind, next(iter(group.names)), key.file, group.lines, why)
            yield wish(key.need, group.distance, *told, may_cut=key.need == _INSIDE)

    def _signal(self, place: Place, name: Name) -> None:
        at = SignalPlace(place, name.name)
        for access in drivers_of(self.repository, at).found[:_MOST_ACCESSES]:
            self._add(_DRIVEN, PartKind.DRIVER, access, name)
            self._inside(place, access, name)
        for access in loads_of(self.repository, at).found[:_MOST_ACCESSES]:
            self._add(_READ, PartKind.LOAD, access, name)

    def _declarations(self, place: Place) -> Iterator[Wish]:
        declared = {signal.name: signal for signal in place.module.signals}
        found = [name for name in self.view.signals if name.name in declared]
        if found:
            lines = {
                line
                for name in found
                for line in range(
                    declared[name.name].range.line, declared[name.name].range.end_line + 1
                )
            }
            why = f"declares {_listed([name.name for name in found])}"
            first = found[0]
            told = (PartKind.DECLARATION, first.name, place.path, lines, why)
            yield wish(_DECLARED, first.distance, *told)

    def _add(self, need: int, kind: PartKind, access: Access, name: Name) -> None:
        here = access.file == self.view.file
        if not here and not self.wanted(access.file):
            return
        outside = access.kind == "port"
        where = f"{access.module}, outside, " if outside else f"{access.kind} "
        where = f"{access.module}, inside, " if need == _INSIDE else where
        apart = 0 if need == _INSIDE and access.kind == "assign" else access.block_line
        key = _Key(need, kind, access.file, apart, where)
        group = self._groups.setdefault(key, _Group(name.distance))
        group.distance = min(group.distance, name.distance)
        group.names[name.name] = None
        group.lines.update(range(access.line, access.end_line + 1))
        if access.block_line:
            whole = access.block_end_line - access.block_line < _WHOLE_BLOCK
            last = access.block_end_line if whole else access.block_line
            group.lines.update(range(access.block_line, last + 1))

    def _inside(self, place: Place, access: Access, name: Name) -> None:
        """What drives a signal within the instance that it comes out of."""
        if access.kind != "instance" or access.module != place.module.name:
            return
        found = (i for i in place.module.instances if i.range.line == access.block_line)
        instance = next(found, None)
        port = access.via.partition(" ")[0].rpartition(".")[2]
        below = self.repository.definition(instance.module, place.path) if instance else None
        if below is None or not port or not self.wanted(below.path):
            return
        at = SignalPlace(Place(below, self.repository.expanded(below)), port)
        for inner in drivers_of(self.repository, at).found[:_MOST_ACCESSES]:
            if inner.kind != "port":
                self._add(_INSIDE, PartKind.DRIVER, inner, name)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return f"{shown} and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else shown
