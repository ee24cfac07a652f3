"""A folder with a small repository, and a workbench on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.agents.workbench import Workbench
from gatewright.core.config import load_settings

from .designs import ADDER, COUNTER


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "adder.sv").write_text(ADDER)
    (root / "counter.sv").write_text(COUNTER)
    return root


@pytest.fixture
def bench(repo: Path, tmp_path: Path) -> Iterator[Workbench]:
    settings = load_settings(
        {"cache_dir": tmp_path / "cache", "model": "symbolic"}, environ={}, cwd=tmp_path
    )
    with Workbench([repo], settings=settings) as opened:
        yield opened
