"""`gatewright chat`: talk about a folder; nothing is written before you approve it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.options import BaseUrl, IsolationLevel, ModelName, settings_from

if TYPE_CHECKING:
    from gatewright.agents.chat.store import Store
    from gatewright.cli.chat_lines import Lines


def chat(
    repo: Annotated[
        Path, typer.Argument(metavar="[REPO]", help="The folder to talk about and to write in.")
    ] = Path(),
    resume: Annotated[
        str, typer.Option(metavar="ID", help="Go on with a conversation: its id, or last.")
    ] = "",
    listing: Annotated[bool, typer.Option("--list", help="List the conversations there are.")] = (
        False
    ),
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where conversations are kept.",
            show_default="chat.sqlite in your data folder",
        ),
    ] = None,
    model: ModelName = None,
    base_url: BaseUrl = None,
    isolation: IsolationLevel = None,
) -> None:
    """Talk about designs: explain, write, verify, mend. /help lists the commands.

    Text is read line by line; several lines stand between two lines of \"\"\". Ctrl-C stops the
    turn, Ctrl-D leaves. What is piped in is answered line by line.
    """
    from gatewright.agents.chat.store import Store, default_path

    kept = Store(store.expanduser() if store else default_path())
    try:
        if listing:
            _print_list(kept)
            return
        settings = settings_from(model=model, base_url=base_url, isolation=isolation)
        from gatewright.cli.chat_session import open_session

        with open_session(repo, settings, kept, resume) as session:
            session.run(_lines(kept.path))
    finally:
        kept.close()


def _print_list(kept: Store) -> None:
    from gatewright.cli.chat_screen import summary_line

    for summary in kept.conversations():
        print(summary_line(summary))


def _lines(path: Path) -> Lines:
    from gatewright.cli.chat_lines import PipedLines, PromptedLines

    if sys.stdin.isatty() and sys.stdout.isatty():
        return PromptedLines(path.with_name("chat_history"))
    return PipedLines(sys.stdin)
