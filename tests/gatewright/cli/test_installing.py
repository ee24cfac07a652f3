from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gatewright.cli import installing
from gatewright.cli.installing import extra, install_tool
from gatewright.core import ToolMissing, UsageError


def test_an_extra_is_what_our_own_metadata_says() -> None:
    found = extra("cuda")
    assert any(text.startswith("torch") for text in found)
    assert all(";" not in text for text in found)
    assert not any(text.startswith(("pytest", "ruff", "langchain")) for text in found)


def test_an_unknown_tool_is_named_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match="verilator or"):
        install_tool("vivado")


def test_what_pip_says_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def fail(argv: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(argv)
        return subprocess.CompletedProcess(argv, 1, "", "line\nERROR: No space left on device\n")

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(ToolMissing, match="No space left on device") as caught:
        install_tool("cuda")
    assert "by hand" in caught.value.hint
    assert any(text.startswith("torch") for text in asked[0])


def test_a_checkouts_pins_are_used() -> None:
    root = Path(installing.__file__).resolve().parents[2]
    assert installing._pins() == ["-c", str(root / "constraints.txt")]
