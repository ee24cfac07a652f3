"""Compares raw outputs with what the reference computed, in float64 and in its own precision."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gatewright.core import DataError
from gatewright.sandbox.kernel.packed import Packed, RawTensor

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

# A float64 run that lies this far from the float32 one computed something else (random masks).
_ANOTHER = 0.05
# The largest share of torch's own rounding error that an answer may exceed, by how many times.
_TIMES_OWN_ERROR = 8.0


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far outputs may be off: `absolute + relative * |expected|`, by precision.

    `any_rank_of_one`: an output of one element may have another rank, as for torch.allclose.
    """

    single: float = 1e-4
    half: float = 1e-2
    any_rank_of_one: bool = False

    def of(self, dtype: str) -> float:
        """The tolerance for outputs of an element type."""
        return self.half if dtype in ("float16", "bfloat16") else self.single


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison. `reason` is empty where it holds.

    `worst` is the largest error, `ratio` that error in units of torch's own float32 rounding, where
    float64 tells. `place` is the index of the first wrong element of output `output`.
    """

    reason: str = ""
    checks: int = 0
    wrong: int = 0
    worst: float = 0.0
    ratio: float = 0.0
    output: int = 0
    place: tuple[int, ...] = ()
    got: float = 0.0
    expected: float = 0.0
    precision: bool = False

    @property
    def holds(self) -> bool:
        """The outputs are what they should be."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Expected:
    """What the reference computed: in its own precision, and in float64 where it can."""

    own: Packed
    exact: Packed | None


def compare(got: Packed, expected: Expected, tolerance: Tolerance) -> Compared:
    """Compare all outputs; the first that is wrong decides."""
    wanted = expected.own.tensors
    if not wanted:
        raise DataError("the reference has no tensor among its outputs", where="kernel")
    if len(got.tensors) != len(wanted):
        return Compared(f"{len(got.tensors)} output tensors instead of {len(wanted)}")
    exact = _exact_of(expected)
    total = Compared()
    for number, (have, want, best) in enumerate(zip(got.tensors, wanted, exact, strict=True)):
        one = _one(have, want, best, tolerance, number)
        total = _worse(total, one)
    return total


def _exact_of(expected: Expected) -> tuple[RawTensor | None, ...]:
    """Float64's outputs; None for all where they are others than the reference's own."""
    own = expected.own.tensors
    found = expected.exact.tensors if expected.exact else ()
    if [tensor.shape for tensor in found] != [tensor.shape for tensor in own]:
        return (None,) * len(own)
    return found


def _worse(first: Compared, second: Compared) -> Compared:
    """Of two outputs' findings the one to report, with the counts of both."""
    base = second if first.holds and not second.holds else first
    return replace(
        base,
        checks=first.checks + second.checks,
        wrong=first.wrong + second.wrong,
        worst=max(first.worst, second.worst),
        ratio=max(first.ratio, second.ratio),
    )


def _one(
    have: RawTensor, want: RawTensor, best: RawTensor | None, tolerance: Tolerance, number: int
) -> Compared:
    if tolerance.any_rank_of_one and math.prod(have.shape) == math.prod(want.shape) == 1:
        have = replace(have, shape=want.shape)
    if have.shape != want.shape:
        return Compared(f"output {number} has shape {have.shape} instead of {want.shape}", 1, 1)
    import numpy as np

    if not want.is_float:
        a, b = have.array(), want.array()
        wrong = np.flatnonzero(np.asarray(a != b))
        return _told(wrong, a.astype(float), b.astype(float), number, tolerance.single)
    if have.dtype != want.dtype and not have.is_float:
        return Compared(f"output {number} is {have.dtype} instead of {want.dtype}", 1, 1)
    return _rounded(have, want, best, tolerance, number)


def _rounded(
    have: RawTensor, want: RawTensor, best: RawTensor | None, tolerance: Tolerance, number: int
) -> Compared:
    """Floating-point outputs: right where close to float64's answer or to torch's own."""
    import numpy as np

    kind = np.complex128 if want.dtype.startswith("complex") else np.float64
    a, own = have.array().astype(kind), want.array().astype(kind)
    exact = own if best is None else best.array().astype(kind)
    with np.errstate(all="ignore"):
        noise = np.nanmax(np.abs(own - exact), initial=0.0)
        scale = np.nanmax(np.abs(own), initial=0.0)
        if not math.isfinite(noise) or noise > _ANOTHER * max(scale, 1e-30):
            exact, noise = own, 0.0
        allowed = tolerance.of(want.dtype)
        slack = allowed + _TIMES_OWN_ERROR * noise
        error = np.minimum(np.abs(a - exact), np.abs(a - own))
        near = error <= slack + allowed * np.abs(exact)
        same = (a == own) | (np.isnan(a) & np.isnan(own))
        wrong = np.flatnonzero(~(near | same))
        finite = error[np.isfinite(error)]
        worst = float(finite.max(initial=0.0))
        told = _told(wrong, a, exact, number, allowed)
        floor = max(noise, float(np.finfo(np.float32).eps) * scale, 1e-30)
        return _with_errors(told, worst, float(worst / floor))


def _with_errors(told: Compared, worst: float, ratio: float) -> Compared:
    return replace(told, worst=worst, ratio=ratio)


def _told(wrong: Array, have: Array, want: Array, number: int, allowed: float) -> Compared:
    import numpy as np

    size = int(have.size)
    if not wrong.size:
        return Compared("", size)
    place = tuple(int(i) for i in np.unravel_index(int(wrong[0]), have.shape))
    got, expected = have[place], want[place]
    share = f"{wrong.size} of {size} values"
    reason = f"output {number}: {share} are wrong; first at {list(place)}: {got:.6g}"
    reason += f" instead of {expected:.6g}"
    return Compared(
        reason,
        size,
        int(wrong.size),
        output=number,
        place=place,
        got=float(np.real(got)),
        expected=float(np.real(expected)),
        precision=_looks_rounded(have, want, allowed),
    )


def _looks_rounded(have: Array, want: Array, allowed: float) -> bool:
    """Whether the errors are those of a shorter mantissa: small everywhere, and everywhere."""
    import numpy as np

    with np.errstate(all="ignore"):
        scale = np.sqrt(np.nanmean(np.abs(want) ** 2))
        relative = np.abs(have - want) / (np.abs(want) + scale + 1e-30)
    if not np.isfinite(relative).all():
        return False
    return bool(relative.max(initial=0.0) < 2e-2 and np.median(relative) > 2e-6)
