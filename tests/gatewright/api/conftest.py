from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test works in a folder of its own, with caches of its own and no model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("GATEWRIGHT_MODEL", "symbolic")
    return tmp_path
