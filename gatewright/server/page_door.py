"""The page: its own files, and what it has to know at its beginning."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from gatewright import __version__
from gatewright.agents.chat.actions import ACTIONS, Action
from gatewright.server.failing import refusal

if TYPE_CHECKING:
    from gatewright.agents.chat.mind import Mind
    from gatewright.agents.workbench import Workbench

_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def page_door(workbench: Workbench, mind: Mind) -> APIRouter:
    """The routes."""
    router = APIRouter()
    # All of the page, read once: what is not among it cannot be asked for.
    kept = {
        file.name: file.read_bytes()
        for file in files("gatewright.server").joinpath("static").iterdir()
        if _suffix(file.name) in _KINDS
    }

    def answer(name: str) -> Response:
        if name not in kept:
            return refusal(404, "no such file")
        return Response(kept[name], media_type=_KINDS[_suffix(name)])

    @router.get("/")
    async def page() -> Response:
        return answer("index.html")

    @router.get("/favicon.ico")
    async def icon() -> Response:
        return answer("icon.svg")

    @router.get("/static/{name}")
    async def static(name: str) -> Response:
        return answer(name)

    @router.get("/api/state")
    async def state() -> JSONResponse:
        return JSONResponse(
            {
                "version": __version__,
                "model": mind.name,
                "why": mind.why,
                "manner": str(mind.manner),
                "folders": [
                    {"name": folder.name, "root": str(folder.root)} for folder in workbench.folders
                ],
                "actions": [_told(action) for action in ACTIONS],
            }
        )

    return router


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]


def _told(action: Action) -> dict[str, object]:
    return {
        "name": action.name,
        "title": action.title,
        "what": action.what,
        "writes": action.writes,
        "parameters": [
            {
                "name": parameter.name,
                "what": parameter.what,
                "required": parameter.required,
                "choices": list(parameter.choices),
            }
            for parameter in action.parameters
        ],
    }
