"""The command line, called as a shell would call it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gatewright.cli import main

EXAMPLES = Path(__file__).parents[3] / "examples"


@dataclass(frozen=True)
class Ran:
    """What a call came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Gatewright = Callable[..., Ran]


@pytest.fixture
def gatewright(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Gatewright:
    """Call it; the environment names no model and no settings file is in reach."""
    for variable in ("GATEWRIGHT_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def call(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["gatewright", *map(str, arguments)])
        status: int | str | None = 0
        try:
            main()
        except SystemExit as ended:
            status = ended.code
        captured = capsys.readouterr()
        return Ran(status if isinstance(status, int) else 0, captured.out, captured.err)

    return call


@pytest.fixture
def debounce() -> Path:
    """The folder of an example with a testbench, a good design and a bad one."""
    return EXAMPLES / "debounce"
