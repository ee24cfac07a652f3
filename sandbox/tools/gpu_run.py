"""A candidate on a GPU: right on whole outputs, then timed against the reference, call by call.

Reference and candidate are two confined processes that take turns. Every timed call has inputs
that nobody knew before it, and its output is checked at places that are chosen after it.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import math
import secrets
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from gatewright.core import DataError, ToolCrashed
from gatewright.sandbox.isolation import Isolation, Mount
from gatewright.sandbox.kernel.packed import Packed, unpack
from gatewright.sandbox.kernel_model.gpus import GpuSpec, find_gpu_spec
from gatewright.sandbox.kernel_model.roofline import least_possible_s
from gatewright.sandbox.kernel_model.timing import TimedCall, Timing, judge_timing
from gatewright.sandbox.tools.gpu import Driver, Gpu
from gatewright.sandbox.tools.gpu_session import GpuProcess, JobFailed, gpu_process
from gatewright.sandbox.tools.ncu import Ncu

_PLACES = 512
# The reference's own rounding error that a candidate's may exceed, by how many times.
_TIMES_NOISE = 8.0
REHEARSAL = "cpu"


class Fault(StrEnum):
    """Why a run on the GPU is no pass."""

    CRASH = "crash"
    INTERFACE = "interface"
    MISMATCH = "mismatch"
    MUTATION = "mutation"
    UNBELIEVED = "unbelieved"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far an element may be off: `absolute` + `relative` times its size."""

    absolute: float = 1e-4
    relative: float = 1e-4

    def holds(self, got: float, wanted: float) -> bool:
        """Whether an element is near enough; what is not finite must be the same."""
        if not (math.isfinite(got) and math.isfinite(wanted)):
            return got == wanted or (math.isnan(got) and math.isnan(wanted))
        return abs(got - wanted) <= self.absolute + self.relative * abs(wanted)


@dataclass(frozen=True, slots=True)
class GpuTask:
    """What is to be run. `modules` are the compiled extensions by their unit's key.

    `candidate` is Python, or with the suffix `.cu` bare CUDA; `entry` what it defines: a class, or
    a function that the problem's model is given. `inputs` and `init` are further keyword arguments
    of the problem's functions and constructor.
    """

    problem: str
    candidate: str
    modules: Mapping[str, Path] = field(default_factory=dict)
    entry: str = "ModelNew"
    suffix: str = ".py"
    is_function: bool = False
    backward: bool = False
    inputs: Mapping[str, object] = field(default_factory=dict)
    init: Mapping[str, object] = field(default_factory=dict)
    seed: int = 42
    correct_calls: int = 3
    warm_up: int = 3
    timed_calls: int = 20
    tolerance: Tolerance = field(default_factory=Tolerance)


@dataclass(frozen=True, slots=True)
class Outputs:
    """Of one call: the candidate's output, the reference's, and its output in float64 if any."""

    candidate: Packed
    reference: Packed
    exact: Packed | None


@dataclass(frozen=True, slots=True)
class GpuRun:
    """What came of it. `device` is the GPU's name, or `cpu` for a rehearsal: no speed then.

    `operations` are those in which torch computed something in the candidate's stead.
    """

    device: str
    outputs: tuple[Outputs, ...] = ()
    operations: Mapping[str, int] = field(default_factory=dict)
    timing: Timing | None = None
    fault: Fault | None = None
    detail: str = ""
    line: int = 0

    @property
    def speedup(self) -> float | None:
        """The speed-up; None where none may be claimed."""
        if self.timing is None or self.fault is not None or self.device == REHEARSAL:
            return None
        return self.timing.speedup or None


class _Stop(Exception):
    """The candidate failed."""

    def __init__(self, fault: Fault, detail: str, line: int = 0) -> None:
        super().__init__(detail)
        self.fault, self.detail, self.line = fault, detail, line


def run_on_gpu(
    task: GpuTask, isolation: Isolation, gpu: Gpu | None, driver: Driver | None = None
) -> GpuRun:
    """Run both; the caller compares the whole outputs by its own rules.

    Without a GPU (None) everything is rehearsed on the CPU. A failing candidate is data; raises
    ToolCrashed where the reference fails.
    """
    device = gpu.name if gpu else REHEARSAL
    with contextlib.ExitStack() as stack:
        reference = stack.enter_context(start_process(task, isolation, driver, "reference", {}))
        try:
            read = int(reference.ask("load")["read_bytes"])
            given = {name: (reference.folder / name).read_bytes() for name in ("init", "inputs")}
            started = start_process(task, isolation, driver, "candidate", given)
            candidate = stack.enter_context(started)
            pair = _Pair(reference, candidate, task)
            return pair.run(device, roof_of(gpu) if gpu else None, read)
        except JobFailed as failed:
            raise ToolCrashed(
                f"the reference does not run on {device}: {failed.what}", where="problem"
            ) from None


def roof_of(gpu: Gpu) -> GpuSpec | None:
    """What the GPU could do at best: by its data sheet, or by its driver where that says more.

    A time is refused by this bound, so it must not be too low for a card that is faster.
    """
    spec = find_gpu_spec(gpu.name)
    return replace(spec, bandwidth=max(spec.bandwidth, gpu.bandwidth)) if spec else None


def start_process(
    task: GpuTask,
    isolation: Isolation,
    driver: Driver | None,
    role: str,
    given: Mapping[str, bytes],
    profiler: Ncu | None = None,
) -> contextlib.AbstractContextManager[GpuProcess]:
    """The process of a role (`reference`, `candidate`), with the files that it is given."""
    source = f"candidate{task.suffix}"
    texts = {"problem.py": task.problem.encode()}
    if role == "candidate":
        texts[source] = task.candidate.encode("utf-8", "replace")
    job = {
        "role": role,
        "source": source,
        "is_function": task.is_function,
        "backward": task.backward,
        "device": "cuda" if driver else REHEARSAL,
        "entry": task.entry,
        "seed": task.seed,
        "tf32": False,
        "inputs": dict(task.inputs),
        "init": dict(task.init),
        "modules": {key: str(path) for key, path in task.modules.items()},
    }
    folders = {path.parent for path in task.modules.values()}
    mounts = tuple(Mount(folder) for folder in sorted(folders)) if role == "candidate" else ()
    return gpu_process(isolation, driver, job, {**texts, **given}, mounts, profiler)


@dataclass(slots=True)
class _Pair:
    """The two processes, and what a call of both is."""

    reference: GpuProcess
    candidate: GpuProcess
    task: GpuTask
    shapes: list[list[int]] = field(default_factory=list)
    output_bytes: int = 0
    noise: float = 0.0

    def run(self, device: str, spec: GpuSpec | None, read: int) -> GpuRun:
        """All calls, in their order."""
        outputs: list[Outputs] = []
        operations: dict[str, int] = {}
        try:
            self._ask("load")
            outputs += [self._whole(number) for number in range(self.task.correct_calls)]
            operations = _counts(self._ask("count").get("operations"))
            for _ in range(self.task.warm_up):
                self._checked()
            calls = [self._checked() for _ in range(self.task.timed_calls)]
        except _Stop as stop:
            kept = tuple(outputs)
            return GpuRun(device, kept, operations, None, stop.fault, stop.detail, stop.line)
        if not calls:
            return GpuRun(device, tuple(outputs), operations)
        least_ms = 1000 * least_possible_s(spec, read, self.output_bytes) if spec else 0.0
        timing = judge_timing([c[0] for c in calls], [c[1] for c in calls], least_ms)
        fault = Fault.UNBELIEVED if timing.doubt else None
        return GpuRun(device, tuple(outputs), operations, timing, fault, timing.doubt)

    def _whole(self, number: int) -> Outputs:
        """One call whose outputs are kept whole, and compared by the caller's rules."""
        self._call()
        self._plain(self._ask("sample", places=[]))
        self._ask("keep", name="kept")
        self.reference.ask("keep", name="kept")
        exact = self.reference.ask("exact", name="exact")["exact"]
        try:
            found = Outputs(
                unpack(_read(self.candidate.folder / "kept")),
                unpack(_read(self.reference.folder / "kept")),
                unpack(_read(self.reference.folder / "exact")) if exact else None,
            )
        except (OSError, DataError) as error:
            raise _Stop(Fault.INTERFACE, f"call {number}: no output: {error}") from None
        self.noise = max(self.noise, rounding_of(found))
        return found

    def _checked(self) -> tuple[TimedCall, TimedCall]:
        """A call whose output is compared at places that are only now made up."""
        times = self._call()
        places = [self._places(shape) for shape in self.shapes]
        self._compare(places, self._ask("sample", places=places))
        return times

    def _call(self) -> tuple[TimedCall, TimedCall]:
        """The same fresh inputs to both, a timed call each."""
        scale = 0.75 + secrets.randbelow(512) / 1024
        fresh = {"roll": secrets.randbelow(1 << 20) + 1, "scale": scale}
        self.reference.ask("prepare", **fresh)
        told, waited = self.reference.timed("go")
        reference = TimedCall(float(told["ms"]), waited)
        self._describe()
        self._ask("prepare", **fresh)
        told, waited = self._timed("go")
        return reference, TimedCall(_number(told.get("ms")), waited)

    def _describe(self) -> None:
        told = self.reference.ask("sample", places=[])
        self.shapes, self.output_bytes = told["shapes"], int(told["bytes"])

    def _places(self, shape: Sequence[int]) -> list[int]:
        total = math.prod(shape)
        return [secrets.randbelow(total) for _ in range(min(_PLACES, total))]

    def _plain(self, got: dict[str, Any]) -> None:
        if got.get("plain") is not True or got.get("shapes") != self.shapes:
            what = f"{got.get('shapes')} instead of {self.shapes}"
            raise _Stop(Fault.INTERFACE, f"its output is no plain tensor, or of shape {what}")
        if got.get("unchanged") is not True:
            raise _Stop(Fault.MUTATION, "it changes its inputs")

    def _compare(self, places: list[list[int]], got: dict[str, Any]) -> None:
        self._plain(got)
        allowed = replace(
            self.task.tolerance, absolute=self.task.tolerance.absolute + _TIMES_NOISE * self.noise
        )
        wanted = self.reference.ask("sample", places=places)
        mine, theirs = _values(got), _values(wanted)
        if [len(part) for part in mine] != [len(part) for part in theirs]:
            raise _Stop(Fault.INTERFACE, "it does not give the elements that it was asked for")
        for one, other in zip(itertools.chain(*mine), itertools.chain(*theirs), strict=True):
            if not allowed.holds(one, other):
                raise _Stop(Fault.MISMATCH, f"a timed call gives {one:.6g}, not {other:.6g}")

    def _ask(self, step: str, **request: Any) -> dict[str, Any]:
        try:
            return self.candidate.ask(step, **request)
        except JobFailed as failed:
            raise _Stop(Fault.CRASH, failed.what, failed.line) from None

    def _timed(self, step: str) -> tuple[dict[str, Any], float]:
        try:
            return self.candidate.timed(step)
        except JobFailed as failed:
            raise _Stop(Fault.CRASH, failed.what, failed.line) from None


def rounding_of(found: Outputs) -> float:
    """The largest rounding error of the reference itself, where float64 tells."""
    if found.exact is None:
        return 0.0
    import numpy as np

    worst = 0.0
    for own, exact in zip(found.reference.tensors, found.exact.tensors, strict=False):
        real = own.is_float and not own.dtype.startswith("complex")
        if real and own.shape == exact.shape:
            with np.errstate(all="ignore"):
                gaps = np.abs(own.array().astype(np.float64) - exact.array().astype(np.float64))
            worst = max(worst, float(gaps[np.isfinite(gaps)].max(initial=0.0)))
    return worst


def _counts(told: object) -> dict[str, int]:
    """Operations and how often, as a candidate's process tells them."""
    if not isinstance(told, dict):
        raise _Stop(Fault.CRASH, "its process does not tell what torch computed")
    return {str(name): int(count) for name, count in told.items() if isinstance(count, int)}


def _values(told: dict[str, Any]) -> list[tuple[float, ...]]:
    """The sampled elements. Damaged ones differ in number, which the caller sees."""
    found = []
    for text in told["values"]:
        data = base64.b64decode(text, validate=False) if isinstance(text, str) else b""
        found.append(struct.unpack(f"<{len(data) // 8}d", data[: len(data) // 8 * 8]))
    return found


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else -1.0


def _read(path: Path) -> bytes:
    """A file that a job left; never through a link."""
    if path.is_symlink() or not path.is_file():
        raise OSError(f"{path.name} is no plain file")
    return path.read_bytes()
