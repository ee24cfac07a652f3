from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.core import SandboxUnavailable
from gatewright.sandbox.isolation import Level, open_isolation, probe
from gatewright.sandbox.isolation.levels import _offer


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    _forget()
    yield
    _forget()


def _forget() -> None:
    probe.cache_clear()
    _offer.cache_clear()


def _program(folder: Path, text: str) -> None:
    program = folder / "bwrap"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder where bubblewrap is looked for."""
    monkeypatch.setattr("gatewright.sandbox.isolation.programs.PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_says_what_there_is() -> None:
    found = probe()
    assert [offer.level for offer in found.offers] == list(Level)
    assert found.chosen is not None
    assert found.offer(found.chosen).available
    assert found.kernel.startswith("Linux ")
    for offer in found.offers:
        assert offer.available or offer.reason


def test_opens_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_isolation().level is probe().chosen
    for level in (Level.BWRAP, Level.LANDLOCK, Level.RLIMITS):
        if probe().offer(level).available:
            assert open_isolation(level).level is level


def test_without_bubblewrap_the_next_level_is_taken(path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match=r"no program bwrap.*apt-get install bubblewrap"):
        open_isolation(Level.BWRAP)
    assert open_isolation().level in (Level.LANDLOCK, Level.RLIMITS)


def test_bubblewrap_that_may_not_make_namespaces(path: Path) -> None:
    _program(path, "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1")
    with pytest.raises(SandboxUnavailable, match=r"setting up uid map(?s:.)*namespaces"):
        open_isolation(Level.BWRAP)


def test_apparmor_is_named_where_it_forbids(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switch = path / "apparmor"
    switch.write_text("1\n")
    monkeypatch.setattr("gatewright.sandbox.isolation.levels._APPARMOR_SWITCH", switch)
    _program(path, "exit 1")
    with pytest.raises(SandboxUnavailable, match="profile bwrap /usr/bin/bwrap"):
        open_isolation(Level.BWRAP)


def test_bubblewrap_that_pretends(path: Path) -> None:
    """A program that just succeeds has not run our command."""
    _program(path, "exit 0")
    assert not probe().offer(Level.BWRAP).available
