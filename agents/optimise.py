"""How good a kernel is that passes: by times, where a GPU is, else by the static model's ranks."""

from __future__ import annotations

from gatewright.core import Verdict

ENOUGH = 0.95
"""The share of the roofline from which on there is nothing left worth a round."""
_SPEEDUP, _MEASURED = "speedup", "roof_share"
_OVERLAPPED, _SERIAL = "static_roof_share", "static_roof_share_serial"
_HELD, _SPILLED = "static_occupancy", "static_spill_bytes"
_DIFFERS = "static_roof_differs"
_HALF = 0.5
_DIGITS = 3


def measurable(verdict: Verdict) -> bool:
    """Whether anything tells how good it is."""
    return verdict.passed and (_SPEEDUP in verdict.metrics or _SERIAL in verdict.metrics)


def gain(verdict: Verdict) -> float:
    """Larger is better, among verdicts of one machine: the measured speed-up, else the share of
    the roofline that the static model gives it if nothing overlaps."""
    metrics = verdict.metrics
    return metrics.get(_SPEEDUP, metrics.get(_SERIAL, 0.0))


def standing(verdict: Verdict) -> tuple[float, float]:
    """What decides between verdicts of the same gain: by the static model alone a tenth of a
    percent is none, so there it is the share of the warps that are resident, then the gain."""
    metrics = verdict.metrics
    if _SPEEDUP in metrics or _SERIAL not in metrics:
        return 0.0, 0.0
    return metrics.get(_HELD, 1.0), gain(verdict)


def even_gain(verdict: Verdict) -> float:
    """The gain, the static model's without what is too little to tell."""
    found = gain(verdict)
    return found if _SPEEDUP in verdict.metrics else round(found, _DIGITS)


def at_roof(verdict: Verdict) -> bool:
    """It is so near the roofline that there is nothing left to gain.

    By the static model only where everything may overlap, which it cannot with few warps, or with
    registers in memory; and where the small run that was counted is bound as the full one is.
    """
    metrics = verdict.metrics
    if _SPEEDUP in metrics:
        return metrics.get(_MEASURED, 0.0) >= ENOUGH
    hidden = metrics.get(_HELD, 1.0) >= _HALF and not metrics.get(_SPILLED, 0.0)
    alike = not metrics.get(_DIFFERS, 0.0)
    return hidden and alike and metrics.get(_OVERLAPPED, 0.0) >= ENOUGH


def speed_told(verdict: Verdict) -> str:
    """The figure that verdicts are ranked by, in words; '' where there is none."""
    if not measurable(verdict):
        return ""
    if _SPEEDUP in verdict.metrics:
        device = verdict.tools.get("device", "the GPU")
        return f"{verdict.metrics[_SPEEDUP]:.2f} times as fast as the reference on {device}."
    low, high = verdict.metrics[_SERIAL], verdict.metrics.get(_OVERLAPPED, 0.0)
    return (
        f"Static estimate at the sizes counted, no time: {low:.1%} of the roofline if nothing "
        f"overlaps, {high:.1%} if everything does."
    )
