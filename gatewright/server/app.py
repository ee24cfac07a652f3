"""All doors of the server put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from gatewright.server.access import Access
from gatewright.server.completing import Completing, PlaceWriter
from gatewright.server.completion_door import MODEL_ID, completion_door
from gatewright.server.failing import answer_failures, refusal
from gatewright.server.fairness import FairQueue, Limits
from gatewright.server.guard import Guard
from gatewright.server.helper import Helpers
from gatewright.server.shapes import Shape, Text

_COOKIE_DAYS = 30
_ASKED_AT_ONCE = 8
_THREADS = 64  # they mostly wait, for tools and models; reading a file must not wait behind them


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served, and to whom. `cookie` tells servers of one host apart."""

    access: Access
    folders: tuple[Path, ...] = ()
    cache: Path | None = None
    helpers: int = 1
    cookie: str = "gatewright"


@dataclass(frozen=True, slots=True)
class Doors:
    """What is served beside completion: routes, and the ids of the models behind them.

    `writer` is the model that completes code, where one does.
    """

    routers: tuple[APIRouter, ...] = ()
    models: tuple[str, ...] = ()
    writer: PlaceWriter | None = None


class SignIn(Shape):
    """`POST /session`: the page's first request."""

    token: Text


def create_app(serving: Serving, doors: Doors | None = None) -> ASGIApp:
    """The application. Its helpers start and end with it."""
    doors = doors or Doors()
    helpers = Helpers(serving.folders, serving.cache, serving.helpers)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="serve")
        asyncio.get_running_loop().set_default_executor(threads)
        async with AsyncExitStack() as held:
            if serving.folders:
                await helpers.start()
                held.push_async_callback(helpers.stop)
            yield

    app = FastAPI(lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    answer_failures(app)
    app.include_router(_health())
    app.include_router(_session(serving))
    models = list(doors.models)
    if serving.folders:
        # A model is waited for, which costs no CPU.
        slots = serving.helpers if doors.writer is None else max(serving.helpers, _ASKED_AT_ONCE)
        queue = FairQueue(Limits(slots))
        app.include_router(completion_door(Completing(helpers, doors.writer), queue))
        models.append(MODEL_ID)
    app.include_router(_models(models))
    for door in doors.routers:
        app.include_router(door)
    return Guard(app, serving.access, serving.cookie)


def _health() -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    @router.get("/health")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    return router


def _models(names: Sequence[str]) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/models")
    @router.get("/models")
    async def models() -> JSONResponse:
        told = [{"id": n, "object": "model", "created": 0, "owned_by": "gatewright"} for n in names]
        return JSONResponse({"object": "list", "data": told})

    @router.get("/v1/models/{name:path}")
    async def model(name: str) -> Response:
        if name not in names:
            return refusal(404, f"no model {name!r}: there is {', '.join(names)}")
        told = {"id": name, "object": "model", "created": 0, "owned_by": "gatewright"}
        return JSONResponse(told)

    return router


def _session(serving: Serving) -> APIRouter:
    """The page shows its token once and has a cookie then: no address holds the token any more."""
    router = APIRouter()

    @router.post("/session")
    async def sign_in(request: Request, given: SignIn) -> Response:
        if not serving.access.is_token(given.token):
            return refusal(401, "the token is wrong", "authentication_error")
        answer = Response(status_code=204)
        answer.set_cookie(
            serving.cookie,
            given.token,
            max_age=_COOKIE_DAYS * 86400,
            httponly=True,
            samesite="strict",
            path="/",
        )
        return answer

    @router.delete("/session")
    async def sign_out() -> Response:
        answer = Response(status_code=204)
        answer.delete_cookie(serving.cookie, httponly=True, samesite="strict", path="/")
        return answer

    return router
