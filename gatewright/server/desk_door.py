"""What the page asks of the workbench: files, remarks, checks, waveforms, schematics."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from gatewright.agents.workbench.serial import to_json
from gatewright.core import Language, Source, language_of
from gatewright.server.fairness import FairQueue
from gatewright.server.presence import client_of, in_thread, while_there
from gatewright.server.shapes import Shape, Text

if TYPE_CHECKING:
    from gatewright.agents.workbench import Given, Workbench

T = TypeVar("T")
_MOST_FILES = 5000


class NamedText(Shape):
    """A file's text, with its name."""

    name: str = Field(max_length=200)
    text: Text

    @property
    def source(self) -> Source:
        """It, as tools take it."""
        return Source(self.name, self.text, language_of(self.name) or Language.SYSTEMVERILOG)


Files = Annotated[list[NamedText | Annotated[str, Field(max_length=1024)]], Field(max_length=200)]


class DesignRequest(Shape):
    """A design to look at: texts, or paths inside the folders."""

    design: Files
    top: str = Field("", max_length=200)


class CheckRequest(DesignRequest):
    """A design to check; without anything to check it against, only its waveform is of use."""

    testbench: Files = Field(default_factory=list)
    reference: Files = Field(default_factory=list)


def desk_door(workbench: Workbench, queue: FairQueue, checks: FairQueue) -> APIRouter:
    """The routes. What runs tools waits among `checks`, what only reads in `queue`."""
    router = APIRouter(prefix="/api")

    async def answered(
        request: Request,
        work: Callable[[], object],
        line: FairQueue = queue,
        stop: threading.Event | None = None,
    ) -> JSONResponse:
        async def turn() -> object:
            async with line.turn(client_of(request)):
                return await in_thread(work, stop)

        return JSONResponse(to_json(await while_there(request, turn())))

    async def checked(request: Request, work: Callable[[threading.Event], object]) -> JSONResponse:
        """What runs tools: they are stopped where the client leaves."""
        stop = threading.Event()
        return await answered(request, lambda: work(stop), checks, stop)

    @router.post("/lint")
    async def lint(request: Request, wanted: DesignRequest) -> JSONResponse:
        return await checked(
            request,
            lambda stop: workbench.lint(_given(wanted.design), top=wanted.top, stop=stop),
        )

    @router.post("/verify")
    async def verify(request: Request, wanted: CheckRequest) -> JSONResponse:
        return await checked(
            request,
            lambda stop: workbench.verify(
                _given(wanted.design),
                testbench=_given(wanted.testbench),
                reference=_given(wanted.reference),
                top=wanted.top,
                wave_of_pass=True,
                stop=stop,
            ),
        )

    @router.post("/simulate")
    async def simulate(request: Request, wanted: DesignRequest) -> JSONResponse:
        # With itself as its reference a design is driven at random, and can but agree.
        design = _given(wanted.design)
        return await checked(
            request,
            lambda stop: workbench.verify(
                design, reference=design, top=wanted.top, wave_of_pass=True, stop=stop
            ),
        )

    @router.get("/wave")
    async def wave(
        request: Request,
        wave: Annotated[str, Query(max_length=1024)],
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int | None, Query(ge=0)] = None,
        signal: Annotated[list[str] | None, Query(max_length=64)] = None,
    ) -> JSONResponse:
        return await answered(
            request,
            lambda: workbench.wave_window(wave, signals=signal or (), start=start, end=end),
        )

    @router.post("/schematic")
    async def schematic(request: Request, wanted: DesignRequest) -> JSONResponse:
        return await checked(
            request,
            lambda stop: workbench.schematic(_given(wanted.design), top=wanted.top, stop=stop),
        )

    @router.get("/files")
    async def files(
        request: Request, folder: str = "", pattern: Annotated[str, Query(max_length=200)] = "**/*"
    ) -> JSONResponse:
        return await answered(
            request,
            lambda: workbench.list_files(pattern, most=_MOST_FILES, folder=folder),
        )

    @router.get("/file")
    async def file(
        request: Request, path: Annotated[str, Query(max_length=1024)], folder: str = ""
    ) -> JSONResponse:
        return await answered(request, lambda: workbench.read_file(path, folder=folder))

    @router.get("/search")
    async def search(
        request: Request, query: Annotated[str, Query(max_length=4000)], folder: str = ""
    ) -> JSONResponse:
        return await answered(request, lambda: workbench.search(query, count=12, folder=folder))

    return router


def _given(files: Sequence[NamedText | str]) -> tuple[Given, ...]:
    return tuple(file if isinstance(file, str) else file.source for file in files)
