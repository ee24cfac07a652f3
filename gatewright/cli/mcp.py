"""`gatewright mcp`: the tools for agents that others wrote, by the Model Context Protocol."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from gatewright.cli.exits import ExitCode
from gatewright.cli.options import BaseUrl, Host, IsolationLevel, ModelName, Port, Token

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

PORT = 8791
_LOOK_S = 0.5  # a signal is heard between two looks


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
    port: Port = PORT,
    host: Host = "127.0.0.1",
    token: Token = None,
    model: ModelName = None,
    base_url: BaseUrl = None,
    isolation: IsolationLevel = None,
) -> None:
    """Serve verify, equivalence, search, drivers, cone, context, complete, wave_window,
    synth_stats and generate to an agent of yours. Files are read, none is written.

    Exit status: 0 the client is gone, or Ctrl-C with --http; 2 error.
    """
    from gatewright.agents.workbench import open_workbench
    from gatewright.cli.console import say
    from gatewright.cli.options import settings_from
    from gatewright.mcp_server.making import make_server

    settings = settings_from(model=model, base_url=base_url, isolation=isolation)
    with open_workbench(repos or [], settings=settings, announce=say) as bench:
        server = make_server(bench)
        status = _serve_http(server, host, port, token) if http else _serve_stdio(server)
    _leave(status)


def _leave(status: int) -> NoReturn:
    """End the process, whatever its threads still do: nobody waits for their answers any more."""
    import os
    import sys

    from gatewright.sandbox.isolation.scratch import remove_living

    remove_living()
    sys.stderr.flush()
    os._exit(status)


def _serve_stdio(server: MCPServer[Any]) -> int:
    """Until stdin ends, the client is gone, or a signal says to stop; the exit status.

    In a thread of its own: one that waits for a line of stdin cannot be interrupted.
    """
    import threading

    from gatewright.mcp_server.stdio import is_hang_up

    failed: list[BaseException] = []

    def served() -> None:
        try:
            server.run("stdio")
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=served, name="mcp", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(_LOOK_S)
    except KeyboardInterrupt as interrupt:
        return _stopped(interrupt)
    if failed and not is_hang_up(failed[0]):
        raise failed[0]
    return ExitCode.OK


def _stopped(interrupt: KeyboardInterrupt) -> int:
    import signal

    from gatewright.cli.console import say

    was_asked = interrupt.args[:1] not in ((), (signal.SIGINT,))
    say(f"gatewright: {'terminated' if was_asked else 'interrupted'}")
    return ExitCode.TERMINATED if was_asked else ExitCode.INTERRUPTED


def _serve_http(server: MCPServer[Any], host: str, port: int, token: str | None) -> int:
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
    return ExitCode.OK
