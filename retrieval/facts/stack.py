"""Work on a deep stack: the parser's recursion is not bounded everywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_BYTES = 512 << 20  # of address space; memory only where the recursion comes
_lock = threading.Lock()


def on_deep_stack(work: Callable[[], T]) -> T:
    """The work's result, computed in a thread of its own; its exceptions are raised here."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    with _lock:
        before = threading.stack_size(_BYTES)
        try:
            thread = threading.Thread(target=run, daemon=True)
            thread.start()
        finally:
            threading.stack_size(before)
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
