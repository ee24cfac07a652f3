"""Triton kernels on a CPU: Triton's own interpreter, its launches counted.

The torch process runs with TRITON_INTERPRET=1, so that `triton.jit` makes interpreted kernels.
"""

from __future__ import annotations

from typing import Any


class TritonInterpreter:
    """Counts launches; with `launching` False they write nothing."""

    def __init__(self) -> None:
        self.launches = 0
        self.launching = True

    def install(self) -> None:
        """Stand between a candidate and the interpreter."""
        from triton.runtime.interpreter import GridExecutor

        run = GridExecutor.__call__

        def counted(executor: Any, *args: Any, **kwargs: Any) -> Any:
            self.launches += 1
            return run(executor, *args, **kwargs) if self.launching else None

        GridExecutor.__call__ = counted
