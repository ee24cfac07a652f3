"""Runs that somebody asks to end."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from gatewright.core.stopping import Stopped
from gatewright.sandbox.isolation import (
    Command,
    Isolation,
    Limits,
    lasting,
    stoppable,
)

LIMITS = Limits(cpu_s=60.0, wall_s=60.0)


def test_a_set_stop_kills_the_whole_tree(any_isolation: Isolation, folder: Path) -> None:
    stop = threading.Event()
    script = "(while :; do echo x >>beat; sleep 0.02; done) & sleep 100"
    command = Command(["/bin/sh", "-c", script], folder)
    beat = folder / "beat"

    def ask_for_an_end() -> None:
        while not beat.exists():
            time.sleep(0.01)
        stop.set()

    asker = threading.Thread(target=ask_for_an_end)
    asker.start()
    with pytest.raises(Stopped):
        stoppable(any_isolation, stop).run(command, LIMITS)
    asker.join()
    written = beat.stat().st_size
    time.sleep(0.2)
    assert beat.stat().st_size == written


def test_nothing_is_started_after_it(any_isolation: Isolation, folder: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        stoppable(any_isolation, stop).run(Command(["/bin/touch", "made"], folder), LIMITS)
    assert not (folder / "made").exists()


def test_a_process_that_lasts_outlives_it(any_isolation: Isolation, folder: Path) -> None:
    stop = threading.Event()
    stop.set()
    held = stoppable(any_isolation, stop)
    assert held.level is any_isolation.level
    assert lasting(held) is any_isolation
    assert lasting(any_isolation) is stoppable(any_isolation, None) is any_isolation
