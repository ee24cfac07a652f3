"""Carry tasks out in threads of this process.

Threads do: the work is in child processes and in servers that answer. They are daemons, so that
nothing keeps the process alive after an interrupt, and confined children die with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Returned(Generic[R]):
    value: R


@dataclass(frozen=True, slots=True)
class _Raised:
    error: BaseException


class _Pool(Generic[T, R]):
    def __init__(self, jobs: int, function: Callable[[T], R], tasks: Iterable[T]) -> None:
        self._jobs = jobs
        self._function = function
        self._tasks = iter(tasks)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._done: SimpleQueue[_Returned[R] | _Raised | None] = SimpleQueue()
        self._busy = jobs
        # Workers wait for whoever takes the results, so that a word to stop is heard in time.
        self._room = threading.Semaphore(2 * jobs)
        for _ in range(jobs):
            threading.Thread(target=self._work, name="gatewright-worker", daemon=True).start()

    def _next(self) -> _Returned[T] | None:
        self._room.acquire()
        with self._lock:
            if self._stopped.is_set():
                return None
            return next((_Returned(task) for task in self._tasks), None)

    def _work(self) -> None:
        try:
            while (task := self._next()) is not None:
                self._done.put(_Returned(self._function(task.value)))
        except BaseException as error:
            self._done.put(_Raised(error))
        finally:
            self._done.put(None)

    def stop(self) -> None:
        self._stopped.set()
        self._room.release(self._jobs)

    def results(self) -> Iterator[R]:
        while self._busy:
            done = self._done.get()
            if done is None:
                self._busy -= 1
            elif isinstance(done, _Raised):
                raise done.error
            else:
                self._room.release()
                yield done.value

    def finished(self) -> Iterator[R]:
        while not self._done.empty():
            done = self._done.get()
            if isinstance(done, _Returned):
                yield done.value


class LocalExecutor:
    """Threads, `jobs` at a time.

    An interrupt (Ctrl-C) while results are awaited starts no further task, hands over what is
    finished, then goes on its way. So does an error in a task.
    """

    def __init__(self, jobs: int = 2) -> None:
        self._jobs = max(1, jobs)

    @property
    def jobs(self) -> int:
        """How many tasks run at a time."""
        return self._jobs

    def map(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """Results in the order they finish. Tasks start in the order given."""
        pool = _Pool(self._jobs, function, tasks)
        try:
            yield from pool.results()
        except GeneratorExit:
            raise
        except BaseException:
            pool.stop()
            yield from pool.finished()
            raise
        finally:
            pool.stop()
