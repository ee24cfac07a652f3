"""A word about variables that look like ours and are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.cli.variables import unknown_variables
from gatewright.core.config import Settings

PACKAGES = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (["HOME", "GATEWRIGHT_MODEL", "GATEWRIGHT_TRACE", "GATEWRIGHT_VVP"], ""),
        (
            ["GATEWRIGHT_MODLE", "HOME"],
            "GATEWRIGHT_MODLE is not read: did you mean GATEWRIGHT_MODEL?",
        ),
        (["GATEWRIGHT_model"], "GATEWRIGHT_model is not read: did you mean GATEWRIGHT_MODEL?"),
        (["GATEWRIGHT_QQQ"], "GATEWRIGHT_QQQ is not read"),
        (
            ["GATEWRIGHT_ROUND", "GATEWRIGHT_JOB"],
            "GATEWRIGHT_JOB is not read: did you mean GATEWRIGHT_JOBS?;"
            " GATEWRIGHT_ROUND is not read: did you mean GATEWRIGHT_ROUNDS?",
        ),
    ],
)
def test_the_line(names: list[str], line: str) -> None:
    assert unknown_variables(names) == line


def test_every_setting_is_known() -> None:
    assert unknown_variables(f"GATEWRIGHT_{key.upper()}" for key in Settings.model_fields) == ""


def test_every_variable_that_the_code_names_is_known() -> None:
    import re

    named = {
        name
        for folder in ("agents", "eval", "sandbox", "gatewright/cli", "gatewright/models", "tests")
        for path in (PACKAGES / folder).rglob("*.py")
        if path.name != Path(__file__).name
        for name in re.findall(r"\"(GATEWRIGHT_[A-Z_]+)\"", path.read_text())
    }
    assert len(named) > 5
    assert unknown_variables(named) == ""


def test_any_command_says_it_once(gatewright, monkeypatch) -> None:
    monkeypatch.setenv("GATEWRIGHT_MODLE", "openai:gpt-5")
    ran = gatewright("schematic", "no_such.sv")
    assert ran.err.count("GATEWRIGHT_MODLE") == 1
    assert "GATEWRIGHT_MODLE" not in ran.out
