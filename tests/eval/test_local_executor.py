from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from gatewright.eval.executors.local import LocalExecutor


def test_every_task_is_done_and_some_at_once() -> None:
    running, most = 0, 0
    lock = threading.Lock()

    def work(n: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        return n * n

    found = sorted(LocalExecutor(3).map(work, range(20)))
    assert found == [n * n for n in range(20)]
    assert 1 < most <= 3


def test_tasks_start_in_order_and_not_far_ahead_of_results() -> None:
    started: list[int] = []

    def work(n: int) -> int:
        started.append(n)
        return n

    results = LocalExecutor(1).map(work, range(100))
    next(results)
    time.sleep(0.05)
    assert started == sorted(started)
    assert len(started) <= 4
    assert len(list(results)) == 99


def test_no_tasks_no_results() -> None:
    assert list(LocalExecutor(4).map(str, [])) == []


def test_an_error_stops_new_tasks_and_hands_over_what_is_finished() -> None:
    started: list[int] = []

    def work(n: int) -> int:
        started.append(n)
        if n == 3:
            raise ValueError("three")
        return n

    found: list[int] = []
    with pytest.raises(ValueError, match="three"):
        for n in LocalExecutor(2).map(work, range(100)):
            found.append(n)  # noqa: PERF402
    assert set(found) >= {0, 1, 2}
    assert len(started) < 15


def test_an_error_in_the_tasks_themselves_is_raised() -> None:
    def tasks():
        yield 1
        raise LookupError("no more")

    with pytest.raises(LookupError):
        list(LocalExecutor(2).map(str, tasks()))


def test_an_interrupt_keeps_what_is_finished_and_waits_for_nothing() -> None:
    found: list[int] = []

    def work(n: int) -> int:
        if n == 2:
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        if n >= 2:
            time.sleep(5)
        return n

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        for n in LocalExecutor(2).map(work, range(100)):
            found.append(n)  # noqa: PERF402
    assert time.monotonic() - began < 2
    assert found == [0, 1]
