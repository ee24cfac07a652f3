"""Tools that answer questions about a repository."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gatewright.agents.workbench.room import Room, require, require_count
from gatewright.core import UsageError

if TYPE_CHECKING:
    from gatewright.agents.complete_prompt import Place
    from gatewright.agents.workbench.results import (
        Completion,
        ConeFound,
        Found,
        PackFound,
        Shown,
        SignalPlaces,
    )


_MOST_NOTES = 20


class AskTools(Room):
    """Search, structure, context, completion."""

    def search(
        self,
        query: str,
        *,
        level: str = "block",
        count: int = 10,
        path: str = "",
        module: str = "",
        clock: str = "",
        folder: str = "",
    ) -> Found:
        """Modules, blocks or signals (`level`) by what they do or how they are called.

        `path`, `module` and `clock` narrow it to a file or folder, a module, a clock's domain.
        """
        from gatewright.agents.workbench.results import Found
        from gatewright.retrieval.index_segment import Level
        from gatewright.retrieval.search import Question

        with self._telling() as tell:
            levels = [str(each.value) for each in Level]
            if level not in levels:
                raise UsageError("no such level", where=level[:40], hint=", ".join(levels))
            require(query, "query")
            require_count(count, 200)
            question = Question(query, Level(level), count, path, module, clock)
            hits, notes = self._repository(folder).search(question)
            return tell(Found(hits, notes[:_MOST_NOTES]))

    def show(self, module: str, *, near: str = "", folder: str = "") -> Shown:
        """A module: ports, parameters, instances, blocks and users, in every definition; with
        `near`, a file, in the nearest one."""
        from gatewright.agents.workbench.asking import shown

        with self._telling() as tell:
            require(module, "module")
            return tell(self._repository(folder).ask(lambda r: shown(r, module, near)))

    def drivers(self, signal: str, *, near: str = "", folder: str = "") -> SignalPlaces:
        """What drives MODULE.SIGNAL: statements, instances inside, connections outside."""
        from gatewright.agents.workbench.asking import signal_places
        from gatewright.retrieval.drivers import drivers

        with self._telling() as tell:
            require(signal, "signal")
            held = self._repository(folder)
            return tell(held.ask(lambda r: signal_places(r, signal, near, drivers)))

    def loads(self, signal: str, *, near: str = "", folder: str = "") -> SignalPlaces:
        """What reads MODULE.SIGNAL."""
        from gatewright.agents.workbench.asking import signal_places
        from gatewright.retrieval.drivers import loads

        with self._telling() as tell:
            require(signal, "signal")
            held = self._repository(folder)
            return tell(held.ask(lambda r: signal_places(r, signal, near, loads)))

    def cone(
        self, signal: str, *, depth: int = 4, most: int = 200, near: str = "", folder: str = ""
    ) -> ConeFound:
        """The statements that decide MODULE.SIGNAL, backwards, through the hierarchy."""
        from gatewright.agents.workbench.asking import cone_found
        from gatewright.retrieval.dataflow import cone

        with self._telling() as tell:
            require(signal, "signal")
            require_count(depth, 100, "depth")
            require_count(most, 2000, "most")
            held = self._repository(folder)
            return tell(
                held.ask(lambda r: cone_found(r, signal, cone(r, signal, depth, most, near)))
            )

    def context(
        self,
        path: str,
        line: int,
        *,
        tokens: int = 4000,
        text: str | None = None,
        exclude: Sequence[str] = (),
        folder: str = "",
    ) -> PackFound:
        """What somebody needs to see to write at a line of a file: the header of the module that
        is instantiated there, types, macros, drivers and loads, how others do the like.

        `text` is what the file holds now, where an editor has not saved it.
        """
        from gatewright.agents.workbench.asking import pack_found
        from gatewright.retrieval.pack import pack

        with self._telling() as tell:
            at = self._folders.locate(path, folder)
            file = at.shown
            held = self._repository(at.folder.name)
            found = held.ask(lambda r: pack(r, file, line, tokens, text=text, exclude=exclude))
            return tell(pack_found(found, file, line))

    def complete(
        self,
        path: str,
        line: int,
        *,
        column: int = 1,
        count: int = 5,
        block: int = 0,
        ports: bool = False,
        text: str | None = None,
        use_model: bool = False,
        folder: str = "",
    ) -> Completion:
        """What comes next in a file: the line at the cursor, a `block` of so many lines at most,
        or the `ports` that an open instance lacks.

        Lines and columns count from 1. `text` is what the file holds now, where an editor has not
        saved it. Without `use_model` from the repository and the text above alone.
        """
        from gatewright.agents.workbench.completing import place_in

        with self._telling() as tell:
            at = self._folders.locate(path, folder)
            held = text if text is not None else self._folders.text(at)
            place = place_in(at.shown, held, line, column)
            return tell(self._completed(place, count, block, ports, use_model, at.folder.name))

    def complete_place(
        self,
        place: Place,
        *,
        count: int = 5,
        block: int = 0,
        use_model: bool = False,
        folder: str = "",
        stop: threading.Event | None = None,
    ) -> Completion:
        """What comes at a place whose text is given: an editor's request to fill in the middle.

        A model is waited for no longer once `stop` is set; Interrupted is raised then.
        """
        with self._telling() as tell, self._until(stop):
            return tell(self._completed(place, count, block, False, use_model, folder))

    def _completed(
        self, place: Place, count: int, block: int, ports: bool, use_model: bool, folder: str
    ) -> Completion:
        from gatewright.agents.workbench.completing import completed

        require_count(count, 100)
        writer = self._completion_writer() if use_model else None
        held = self._repository(folder)
        completer = held.completer(place.path, writer, None)
        return completed(completer, place, count, block, ports)
