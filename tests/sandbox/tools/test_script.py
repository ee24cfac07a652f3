from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.sandbox.isolation import Limits, open_isolation
from gatewright.sandbox.tools.script import ConfinedScript


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    return work


def run(text: str, folder: Path, limits: Limits) -> str:
    script = folder.parent / "script.py"
    script.write_text(text)
    return ConfinedScript(open_isolation(), limits)(script, folder)


def test_a_script_works_in_its_folder_with_our_packages(folder: Path) -> None:
    text = "import pyslang, pathlib\npathlib.Path('out').write_text('done')\n"
    assert run(text, folder, Limits(cpu_s=20, wall_s=60)) == ""
    assert (folder / "out").read_text() == "done"


def test_how_it_failed_is_told(folder: Path) -> None:
    told = run("raise SystemExit('not today')", folder, Limits(cpu_s=20, wall_s=60))
    assert "1 (not today)" in told
    assert run("while True: pass", folder, Limits(cpu_s=1, wall_s=20))
