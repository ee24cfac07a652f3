"""A candidate under NVIDIA's profiler: one call, its kernels' metrics."""

from __future__ import annotations

import contextlib

from gatewright.core import ToolCrashed
from gatewright.sandbox.isolation import Isolation
from gatewright.sandbox.tools.gpu import Driver
from gatewright.sandbox.tools.gpu_run import GpuTask, start_process
from gatewright.sandbox.tools.gpu_session import JobFailed
from gatewright.sandbox.tools.ncu import Ncu, ProfiledKernel, read_profile


def profile_on_gpu(
    task: GpuTask, isolation: Isolation, ncu: Ncu, driver: Driver | None
) -> tuple[ProfiledKernel, ...]:
    """Profile one call of a candidate that is known to be right.

    Raises ToolCrashed where the profiler, or the candidate under it, fails.
    """
    try:
        with start_process(task, isolation, driver, "reference", {}) as reference:
            reference.ask("load")
            given = {name: (reference.folder / name).read_bytes() for name in ("init", "inputs")}
        with contextlib.ExitStack() as stack:
            wrapped = start_process(task, isolation, driver, "candidate", given, ncu)
            candidate = stack.enter_context(wrapped)
            candidate.ask("load")
            candidate.ask("prepare", roll=1, scale=1.0)
            candidate.ask("go")
    except JobFailed as failed:
        raise ToolCrashed(f"the profiled run failed: {failed.what}", where="ncu") from None
    return read_profile(candidate.ended.result().output)
