"""Options that several verbs share, and the settings they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gatewright.core.config import Settings
    from gatewright.sandbox.isolation import Isolation

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
ModelName = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="auto, symbolic, replay:FILE, provider:name (openai:gpt-5, ollama:qwen3, ...), or "
        "offline (only for rtlrepo and completion).",
        show_default="auto",
    ),
]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", help="Where an OpenAI-compatible server answers.")
]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Listen there; 0 = any free.")]
Host = Annotated[
    str,
    typer.Option("--host", help="Listen on this address; others than loopback are open to others."),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="GATEWRIGHT_TOKEN",
        help="What clients over HTTP must show: 16 characters or more.",
        show_default="a new one, printed",
    ),
]
IsolationLevel = Annotated[
    str | None,
    typer.Option(
        "--isolation",
        help="auto, container, bwrap, landlock or rlimits.",
        show_default="the best here",
    ),
]
Unsafe = Annotated[
    bool, typer.Option("--unsafe", help="Allow untrusted Python where only rlimits confine it.")
]
Top = Annotated[
    str,
    typer.Option(
        "--top", help="The module of DESIGN that is checked, if not the one the check names."
    ),
]


_SECONDS = (0.1, 1e6)


def seconds(text: str) -> float:
    """A time limit as it is given. Raises BadParameter for what is none."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not _SECONDS[0] <= number <= _SECONDS[1]:
        raise typer.BadParameter(f"{text!r} is no number of seconds from 0.1 to 1000000")
    return number


def settings_from(**flags: object) -> Settings:
    """Defaults, files and environment, overridden by the flags that were given (not None)."""
    from gatewright.core.config import load_settings

    return load_settings({key: value for key, value in flags.items() if value is not None})


def isolation_from(settings: Settings, unsafe: bool = False) -> Isolation:
    """The isolation that the settings ask for. Raises SandboxUnavailable."""
    from gatewright.sandbox.isolation import Level, open_isolation

    level = None if settings.isolation == "auto" else Level(settings.isolation)
    return open_isolation(level, unsafe=unsafe)
