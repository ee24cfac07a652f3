"""`gatewright mcp`: the tools for agents that others wrote, by the Model Context Protocol."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatewright.cli.options import BaseUrl, IsolationLevel, ModelName

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

PORT = 8791


def mcp(
    repos: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[REPO]...",
            help="Folders that tools may read; nothing outside of them can be read.",
            show_default="none: designs are given as texts",
        ),
    ] = None,
    http: Annotated[
        bool, typer.Option("--http", help="Serve streamable HTTP instead of stdin and stdout.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Listen there; 0 = any free.")] = PORT,
    host: Annotated[
        str, typer.Option(help="Listen on this address; others than loopback are open to others.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(
            envvar="GATEWRIGHT_TOKEN",
            help="What clients of --http must show: 16 characters or more.",
            show_default="a new one, printed",
        ),
    ] = None,
    model: ModelName = None,
    base_url: BaseUrl = None,
    isolation: IsolationLevel = None,
) -> None:
    """Serve verify, equivalence, search, drivers, cone, context, complete, wave_window,
    synth_stats and generate to an agent of yours. Files are read, none is written.

    Exit status: 0 the client is gone, or Ctrl-C (--http); 2 error.
    """
    from gatewright.agents.workbench import open_workbench
    from gatewright.cli.console import say
    from gatewright.cli.options import settings_from
    from gatewright.mcp_server.making import make_server

    settings = settings_from(model=model, base_url=base_url, isolation=isolation)
    with open_workbench(repos or [], settings=settings, announce=say) as bench:
        server = make_server(bench)
        if http:
            _serve_http(server, host, port, token)
        else:
            server.run("stdio")


def _serve_http(server: MCPServer[Any], host: str, port: int, token: str | None) -> None:
    from gatewright.cli.console import say
    from gatewright.mcp_server.http import PATH, make_app
    from gatewright.server.access import Access, checked_token, is_loopback, new_token
    from gatewright.server.serving import listen, server_of

    given = checked_token(token) if token is not None else new_token()
    with contextlib.closing(listen(host, port)) as listening:
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{listening.getsockname()[1]}{PATH}"

        def ready() -> None:
            say(f"MCP: {address}")
            say(f"header: Authorization: Bearer {given}")
            say("Ctrl-C stops")

        if not is_loopback(host):
            say(f"warning: others can reach {host}, and the token crosses the network in clear")
        app = make_app(server, Access(given, host))
        with contextlib.suppress(KeyboardInterrupt):
            server_of(app, ready).run(sockets=[listening])
        say("stopped")
