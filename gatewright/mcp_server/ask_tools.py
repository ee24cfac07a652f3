"""Tools that answer questions about a repository."""

from __future__ import annotations

from typing import Annotated, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from gatewright.agents.workbench import Workbench
from gatewright.agents.workbench.results import Completion, ConeFound, Found, SignalPlaces
from gatewright.mcp_server.answering import Progress, answered, result
from gatewright.mcp_server.check_tools import Folder
from gatewright.mcp_server.shapes import ContextShape, context_shape
from gatewright.mcp_server.words import (
    completion_words,
    cone_words,
    found_words,
    places_words,
)

Signal = Annotated[
    str, Field(description="MODULE.SIGNAL; MODULE.INSTANCE.SIGNAL goes through instances")
]
Near = Annotated[
    str, Field(description="of several modules with one name, the one nearest to this file")
]
Path = Annotated[str, Field(description="a file inside the open folder")]
Line = Annotated[int, Field(ge=1)]


class AskTools:
    """Bound to a workbench; every public method is a tool, its docstring what agents read."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def search(
        self,
        query: Annotated[
            str, Field(min_length=1, max_length=4000, description="what it does, or names")
        ],
        context: Context,
        level: Literal["module", "block", "signal"] = "block",
        count: Annotated[int, Field(ge=1, le=100)] = 10,
        path: Annotated[str, Field(description="only in this file or folder")] = "",
        module: Annotated[str, Field(description="only in this module")] = "",
        clock: Annotated[str, Field(description="only what this clock drives")] = "",
        folder: Folder = "",
    ) -> Annotated[CallToolResult, Found]:
        """Find modules, blocks or signals of a hardware repository by what they do or are called.

        Better than text search: identifiers are split, abbreviations and structure understood.
        """
        found = await answered(
            lambda: self._bench.search(
                query,
                level=level,
                count=count,
                path=path,
                module=module,
                clock=clock,
                folder=folder,
            ),
            context,
            Progress("searching"),
            quick=True,
        )
        return result(found_words(found), found)

    async def drivers(
        self,
        signal: Signal,
        context: Context,
        direction: Annotated[
            Literal["drivers", "loads"], Field(description="what drives it, or what reads it")
        ] = "drivers",
        near: Near = "",
        folder: Folder = "",
    ) -> Annotated[CallToolResult, SignalPlaces]:
        """What drives a signal: statements with condition and clock, instances, connections."""
        loads = direction == "loads"
        ask = self._bench.loads if loads else self._bench.drivers
        found = await answered(
            lambda: ask(signal, near=near, folder=folder),
            context,
            Progress("looking"),
            quick=True,
        )
        return result(places_words(found, "reads" if loads else "drives"), found)

    async def cone(
        self,
        signal: Signal,
        context: Context,
        depth: Annotated[int, Field(ge=1, le=100, description="the most hops backwards")] = 4,
        most: Annotated[int, Field(ge=1, le=1000, description="the most statements")] = 100,
        near: Near = "",
        folder: Folder = "",
    ) -> Annotated[CallToolResult, ConeFound]:
        """The statements that decide a signal, backwards, through the hierarchy: where a wrong
        value can come from."""
        found = await answered(
            lambda: self._bench.cone(signal, depth=depth, most=most, near=near, folder=folder),
            context,
            Progress("walking backwards"),
            quick=True,
        )
        return result(cone_words(found), found)

    async def context(
        self,
        path: Path,
        line: Line,
        context: Context,
        tokens: Annotated[int, Field(ge=64, le=32_000, description="the most it may hold")] = 4000,
        text: Annotated[
            str | None, Field(description="what the file holds now, where it is not saved")
        ] = None,
        folder: Folder = "",
    ) -> Annotated[CallToolResult, ContextShape]:
        """What to read before writing at a line: the header of the module that is instantiated
        there, types, macros, drivers and loads of signals in view, how others do the like."""
        found = await answered(
            lambda: self._bench.context(path, line, tokens=tokens, text=text, folder=folder),
            context,
            Progress("gathering"),
            quick=True,
        )
        return result(found.text, context_shape(found))

    async def complete(
        self,
        path: Path,
        line: Line,
        context: Context,
        column: Annotated[int, Field(ge=1, description="of the cursor in that line")] = 1,
        count: Annotated[int, Field(ge=1, le=50)] = 5,
        block: Annotated[
            int, Field(ge=0, le=200, description="up to so many lines; 0 = one line")
        ] = 0,
        ports: Annotated[
            bool, Field(description="all connections that the instance open there lacks")
        ] = False,
        text: Annotated[
            str | None, Field(description="what the file holds now, where it is not saved")
        ] = None,
        folder: Folder = "",
    ) -> Annotated[CallToolResult, Completion]:
        """What comes next in a file, from the repository alone: no model is asked.

        With `ports` the exact ports of the instantiated module, from its definition.
        """
        found = await answered(
            lambda: self._bench.complete(
                path,
                line,
                column=column,
                count=count,
                block=block,
                ports=ports,
                text=text,
                folder=folder,
            ),
            context,
            Progress("completing"),
            quick=True,
        )
        return result(completion_words(found), found)
