"""The protocol over HTTP: streamable, behind the same guard as the web page."""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver import MCPServer
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from gatewright.server.access import Access
from gatewright.server.guard import MOST_BYTES, Guard

PATH = "/mcp"
_MOST_SESSIONS = 64
_IDLE_S = 30 * 60.0


def make_app(server: MCPServer[Any], access: Access, cookie: str = "gatewright-mcp") -> ASGIApp:
    """The application: `/mcp` with the token, `/healthz` without."""

    async def healthy(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    server.custom_route("/healthz", methods=["GET"])(healthy)
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=MOST_BYTES,
        session_idle_timeout=_IDLE_S,
        max_sessions=_MOST_SESSIONS,
        host=access.host,
    )
    return Guard(app, access, cookie)
