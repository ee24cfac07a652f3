"""Triton kernels on a CPU: Triton's own interpreter, its launches counted and checked.

The torch process runs with TRITON_INTERPRET=1, so that `triton.jit` makes interpreted kernels.
"""

from __future__ import annotations

from typing import Any


class TritonInterpreter:
    """Counts launches; with `launching` False they write nothing."""

    def __init__(self, *, launching: bool = True) -> None:
        self.launches = 0
        self.launching = launching

    def install(self) -> None:
        """Stand between a candidate and the interpreter."""
        from triton.runtime import interpreter

        from gatewright.sandbox.kernel.inside.triton_checks import Watch

        run, memory = interpreter.GridExecutor.__call__, interpreter._interpreter
        builder = interpreter.interpreter_builder

        def counted(executor: Any, *args: Any, **kwargs: Any) -> None:
            self.launches += 1
            if not self.launching:
                return
            watch = Watch(memory, builder, (args, kwargs))
            interpreter._interpreter = watch
            try:
                run(executor, *args, **kwargs)
            finally:
                interpreter._interpreter = memory
            watch.end()

        interpreter.GridExecutor.__call__ = counted
