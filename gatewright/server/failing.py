"""Failures as other tools expect them: a status, and an `error` that says what to do."""

from __future__ import annotations

import logging
import traceback
from pathlib import PurePath

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from gatewright.core import (
    DataError,
    GatewrightError,
    Interrupted,
    ModelError,
    SandboxUnavailable,
    ToolMissing,
    UsageError,
)
from gatewright.server.fairness import TooManyWaiting

_LOG = logging.getLogger("gatewright.server")
_MOST_FRAMES = 12
_STATUSES: tuple[tuple[type[GatewrightError], int], ...] = (
    (UsageError, 400),
    (DataError, 422),
    (ModelError, 502),
    (ToolMissing, 503),
    (SandboxUnavailable, 503),
    (Interrupted, 499),
)


def refusal(
    status: int, what: str, kind: str = "invalid_request_error", code: str | None = None
) -> JSONResponse:
    """An answer that says what went wrong."""
    return JSONResponse(error_body(what, kind, code), status)


def error_body(
    what: str, kind: str = "invalid_request_error", code: str | None = None
) -> dict[str, object]:
    """The body of it."""
    return {"error": {"message": what, "type": kind, "param": None, "code": code}}


def status_of(error: GatewrightError) -> int:
    """The status that stands for a failure of ours."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def log_fault(method: str, path: str, error: Exception) -> None:
    """Log a fault of ours by its kind and place: what it says may quote what was asked."""
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    place = " < ".join(f"{PurePath(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    _LOG.error("%s %s failed: %s at %s", method, path, type(error).__name__, place)


def answer_failures(app: FastAPI) -> None:
    """Have every failure of a request answered, and none of them tell of the machine."""

    @app.exception_handler(GatewrightError)
    async def ours(request: Request, error: GatewrightError) -> JSONResponse:
        status = status_of(error)
        kind = "invalid_request_error" if status < 500 else "server_error"
        return refusal(status, str(error), kind, error.code)

    @app.exception_handler(TooManyWaiting)
    async def busy(request: Request, error: TooManyWaiting) -> JSONResponse:
        answer = refusal(429, "too many requests are waiting: try again", "rate_limit_error")
        answer.headers["Retry-After"] = "1"
        return answer

    @app.exception_handler(RequestValidationError)
    async def misshapen(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        return refusal(400, f"{place}: {first['msg']}" if place else str(first["msg"]))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        return refusal(error.status_code, str(error.detail))

    @app.exception_handler(ClientDisconnect)
    async def left(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=499)  # goes nowhere, and is no fault to be logged

    @app.exception_handler(RecursionError)
    async def deep(request: Request, error: RecursionError) -> JSONResponse:
        return refusal(400, "the request is nested too deeply")

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> JSONResponse:
        return refusal(500, f"internal error: {type(error).__name__}", "server_error")
