"""A conversation over a real server, real tools and a folder of files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from gatewright.agents.chat.conversation import Chat, Request
from gatewright.agents.chat.events import Event, TurnEnded, TurnFailed
from gatewright.agents.chat.mind import open_mind
from gatewright.agents.chat.store import Store
from gatewright.agents.workbench import Workbench
from gatewright.core.config import Settings, load_settings

from .scripted import Script, Step

EXAMPLE = Path(__file__).parents[3] / "examples" / "debounce"
Kind = TypeVar("Kind", bound=Event)


@pytest.fixture
def script() -> Iterator[Script]:
    running = Script()
    yield running
    running.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small repository."""
    root = tmp_path / "repo"
    root.mkdir()
    for name in ("good.sv", "bad.sv", "testbench.sv"):
        (root / name).write_text((EXAMPLE / name).read_text())
    return root


@pytest.fixture(autouse=True)
def no_accounts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "GATEWRIGHT_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


Open = Callable[..., Chat]


@pytest.fixture
def opened(tmp_path: Path, folder: Path, script: Script) -> Iterator[Open]:
    """Opens a conversation: with the script's model, or with what else the settings name."""
    with Workbench([folder], settings=settings_for()) as workbench:
        stores: list[Store] = []

        def make(*steps: Step, id: str = "", model: str = "openai:scripted") -> Chat:
            script.steps = list(steps)
            settings = settings_for(model=model, base_url=script.url, retries=0, timeout_s=20.0)
            mind = open_mind(settings)
            workbench.model = mind.model
            stores.append(Store(tmp_path / "chat.sqlite"))
            return Chat(stores[-1], workbench, mind, id)

        yield make
        for store in stores:
            store.close()


def settings_for(**values: object) -> Settings:
    return load_settings({"model": "symbolic", **values}, environ={}, cwd=Path("/"))


def said(chat: Chat, text: str | Request) -> list[Event]:
    return list(chat.send(text))


def only(events: list[Event], kind: type[Kind]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]


def end(events: list[Event]) -> str:
    last = events[-1]
    if isinstance(last, TurnFailed):
        return f"failed: {last.message}"
    assert isinstance(last, TurnEnded)
    return str(last.reason)
