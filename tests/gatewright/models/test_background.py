"""Calls that are given up."""

from __future__ import annotations

import asyncio
import threading

import pytest

from gatewright.core.stopping import Stopped, pause, stopped_by
from gatewright.models.background import Emit, run_with_deadline


def test_a_server_that_never_answers_is_waited_for_no_longer_than_somebody_wants() -> None:
    begun, ended, stop = threading.Event(), threading.Event(), threading.Event()

    async def never(emit: Emit) -> None:
        begun.set()
        try:
            await asyncio.sleep(600)
        finally:
            ended.set()

    def ask_for_an_end() -> None:
        begun.wait(60)
        stop.set()

    threading.Thread(target=ask_for_an_end).start()
    with stopped_by(stop), pytest.raises(Stopped):
        run_with_deadline(never, 300)
    assert ended.wait(60)


def test_nor_is_another_try_waited_for() -> None:
    stop = threading.Event()
    stop.set()
    with stopped_by(stop), pytest.raises(Stopped):
        pause(300)
    pause(0)
