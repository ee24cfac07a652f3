"""`gatewright serve`: the web page, and the doors for editors and other tools."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli.options import BaseUrl, Host, IsolationLevel, ModelName, Port, Token

PORT = 8790
_MOST_HELPERS = 4


def serve(
    repos: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[REPO]...",
            help="Folders of repositories: what may be read and, after your approval, written.",
            show_default="the working folder",
        ),
    ] = None,
    port: Port = PORT,
    host: Host = "127.0.0.1",
    token: Token = None,
    runs: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="A run of eval, or a folder of them, to look at; may be repeated.",
            show_default="runs",
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            help="The file that keeps conversations.", show_default="that of `gatewright chat`"
        ),
    ] = None,
    offline_completion: Annotated[
        bool,
        typer.Option(
            "--offline-completion", help="Complete lines without the model even where -m names one."
        ),
    ] = False,
    model: ModelName = None,
    base_url: BaseUrl = None,
    isolation: IsolationLevel = None,
) -> None:
    """Serve a web page, and completion and chat for editors, on this machine.

    Everything but the page's own files and /healthz wants the token. Ctrl-C stops. Exit status:
    0 stopped, 2 error.
    """
    from gatewright.cli.console import say
    from gatewright.cli.options import settings_from
    from gatewright.server.access import Access, checked_token, is_loopback, new_token
    from gatewright.server.app import Serving, create_app
    from gatewright.server.filling import checked_folders
    from gatewright.server.opening import open_doors
    from gatewright.server.serving import listen, server_of

    given = checked_token(token) if token is not None else new_token()
    folders = checked_folders(repos or [Path()])
    settings = settings_from(model=model, base_url=base_url, isolation=isolation)
    listening = listen(host, port)
    at = listening.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{at}"

    def ready() -> None:
        say(f"page: {address}/#token={given}")
        say(f"editors: {address}/v1 with the token as the API key (llama.cpp's /infill: {address})")
        say("Ctrl-C stops")

    with contextlib.ExitStack() as held:
        held.enter_context(contextlib.closing(listening))
        opened = held.enter_context(
            contextlib.closing(
                open_doors(
                    folders,
                    settings,
                    runs=runs or [Path("runs")],
                    store=store,
                    complete_with_model=model is not None and not offline_completion,
                )
            )
        )
        say(f"model: {opened.mind.told}")
        say(f"reading {', '.join(str(folder) for folder in folders)}")
        if not is_loopback(host):
            say(f"warning: others can reach {host}, and the token crosses the network in clear")
        helpers = min(settings.jobs, _MOST_HELPERS)
        access = Access(given, host)
        serving = Serving(access, folders, settings.cache_dir, helpers, f"gatewright-{at}")
        app = create_app(serving, opened.doors)
        with contextlib.suppress(KeyboardInterrupt):
            server_of(app, ready, opened.end).run(sockets=[listening])
        say("stopped")
