"""The verbs are loaded one by one, and all of them for help."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_command

from gatewright.cli.app import app
from gatewright.cli.verbs import Verbs

_SAID = """
import sys
sys.argv = ["gatewright", "search", "--help"]
from gatewright.cli import main
try:
    main()
finally:
    loaded = [m for m in sys.modules if m.startswith("gatewright.cli.")]
    print(*loaded, file=sys.stderr)
"""


def test_every_verb_loads_and_is_called_as_it_is_listed() -> None:
    group = get_command(app)
    assert isinstance(group, Verbs)
    names = group.list_commands(None)
    assert names[0] == "doctor"
    for name in names:
        command = group.get_command(None, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str()


def test_a_verb_loads_no_other() -> None:
    ran = subprocess.run([sys.executable, "-c", _SAID], capture_output=True, text=True, check=False)
    assert ran.stdout.startswith("Usage: ")
    loaded = ran.stderr.split()
    assert "gatewright.cli.search" in loaded
    assert "gatewright.cli.generate" not in loaded


@pytest.mark.parametrize("word", ["serch", "drivrs"])
def test_a_verb_that_is_none_is_told_with_what_it_may_be(word: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "gatewright", word], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert f"No such command '{word}'. Did you mean " in ran.stderr
