"""Options that several verbs share, and the settings they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from gatewright.cli.declared import Option

if TYPE_CHECKING:
    from gatewright.core.config import Settings
    from gatewright.sandbox.isolation import Isolation

Json = Annotated[bool, Option("Print one JSON document on stdout.", ("--json",))]
ModelName = Annotated[
    str | None,
    Option(
        "auto, symbolic, replay:FILE, provider:name (openai:gpt-5, ollama:qwen3, ...), or "
        "offline (only for rtlrepo and completion).",
        ("--model", "-m"),
        show_default="auto",
    ),
]
BaseUrl = Annotated[
    str | None, Option("Where an OpenAI-compatible server answers.", ("--base-url",))
]
Port = Annotated[int, Option("Listen there; 0 = any free.", ("--port",), least=0, most=65535)]
Host = Annotated[
    str,
    Option("Listen on this address; others than loopback are open to others.", ("--host",)),
]
Token = Annotated[
    str | None,
    Option(
        "What clients over HTTP must show: 16 characters or more.",
        ("--token",),
        variable="GATEWRIGHT_TOKEN",
        show_default="a new one, printed",
    ),
]
IsolationLevel = Annotated[
    str | None,
    Option(
        "auto, container, bwrap, landlock or rlimits.",
        ("--isolation",),
        show_default="the best here",
    ),
]
Unsafe = Annotated[
    bool, Option("Allow untrusted Python where only rlimits confine it.", ("--unsafe",))
]
Top = Annotated[
    str,
    Option("The module of DESIGN that is checked, if not the one the check names.", ("--top",)),
]


_SECONDS = (0.1, 1e6)


def seconds(text: str) -> float:
    """A time limit as it is given. Raises BadParameter for what is none."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not _SECONDS[0] <= number <= _SECONDS[1]:
        import typer

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
