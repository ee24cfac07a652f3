"""What a run tells of kernels' speed: times where a GPU was, elsewhere estimates that say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, log
from statistics import median
from typing import Any

from gatewright.eval.rows import SPEEDUP, STATIC_OVERLAPPED, STATIC_SERIAL, ResultRow, RuleResult

_DEVICE, _MODELLED = "device", "static"
UNTIMED = "no GPU: nothing was timed, so no speed is claimed"


@dataclass(frozen=True, slots=True)
class Speed:
    """Of the right answers: which devices decided, and how fast the kernels are.

    `timed` of them were timed on a GPU; `speedup` is the geometric mean over those. `counted` have
    an estimate for the GPU `modelled`: `low` and `high` are the medians of the share of its
    roofline, nothing overlapped and everything overlapped, as counted at reduced sizes.
    """

    devices: Mapping[str, int]
    right: int
    timed: int = 0
    speedup: float | None = None
    counted: int = 0
    modelled: str = ""
    low: float = 0.0
    high: float = 0.0


@dataclass(slots=True)
class SpeedTally:
    """Counts a run's rows under one rule set."""

    rules: str
    _devices: Counter[str] = field(default_factory=Counter)
    _right: list[tuple[RuleResult, str]] = field(default_factory=list)

    def add(self, row: ResultRow) -> None:
        """Count a row; one that no device decided (no code, no kernel suite) is none."""
        found = row.rules.get(self.rules)
        device = row.tools.get(_DEVICE, "")
        if found is None or not device:
            return
        self._devices[device] += 1
        if found.passed:
            self._right.append((found, row.tools.get(_MODELLED, "")))

    def speed(self) -> Speed | None:
        """What the rows come to; None where no kernel was among them."""
        if not self._devices:
            return None
        figures = [found.figures for found, _ in self._right]
        times = [one[SPEEDUP] for one in figures if one.get(SPEEDUP, 0.0) > 0]
        counted = [one for one in figures if STATIC_SERIAL in one]
        names = {name for _, name in self._right if name}
        return Speed(
            devices=dict(sorted(self._devices.items())),
            right=len(self._right),
            timed=len(times),
            speedup=exp(sum(map(log, times)) / len(times)) if times else None,
            counted=len(counted),
            modelled=", ".join(sorted(names)),
            low=median(one[STATIC_SERIAL] for one in counted) if counted else 0.0,
            high=median(one.get(STATIC_OVERLAPPED, 0.0) for one in counted) if counted else 0.0,
        )


def speed_lines(speed: Speed) -> list[str]:
    """The same in sentences."""
    decided = ", ".join(f"{device} {number}" for device, number in speed.devices.items())
    lines = [f"decided on: {decided}"]
    if speed.timed:
        lines.append(
            f"speed-up over PyTorch: geometric mean {speed.speedup:.2f}, "
            f"timed {speed.timed} of {speed.right} right answers"
        )
    else:
        lines.append(UNTIMED)
    if speed.counted:
        lines.append(
            f"static estimate for {speed.modelled}, no time: median {speed.low:.1%} of the "
            f"roofline if nothing overlaps, {speed.high:.1%} if everything does, "
            f"of {speed.counted} right answers"
        )
    return lines


def short_speed(results: Iterable[RuleResult]) -> str:
    """The best right answer's figure in one cell; '' where nothing is told."""
    right = [found.figures for found in results if found.passed]
    times = [one[SPEEDUP] for one in right if SPEEDUP in one]
    if times:
        return f"{max(times):.2f}x"
    counted = [one for one in right if STATIC_SERIAL in one]
    if not counted:
        return ""
    best = max(counted, key=lambda one: one[STATIC_SERIAL])
    low, high = best[STATIC_SERIAL], best.get(STATIC_OVERLAPPED, 0.0)
    return f"static {100 * low:.1f} to {100 * high:.1f} %"


def speed_json(speed: Speed) -> dict[str, Any]:
    """As `eval --json` prints it: a figure that was not measured is null."""
    static = None
    if speed.counted:
        static = {
            "gpu": speed.modelled,
            "answers": speed.counted,
            "roof_share_serial_median": round(speed.low, 6),
            "roof_share_median": round(speed.high, 6),
        }
    return {
        "devices": dict(speed.devices),
        "right": speed.right,
        "timed": speed.timed,
        "speedup_geometric_mean": None if speed.speedup is None else round(speed.speedup, 4),
        "static": static,
    }
