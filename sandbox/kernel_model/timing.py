"""From single timed calls to a time that can be believed, or the reason why it cannot.

A call's time is the larger of what the GPU's events say and what the parent's own clock says,
less what asking costs. The candidate's process can falsify the first but not the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

# A clock that differs by less than this much from the events is no evidence (milliseconds).
_JITTER_MS = 0.05
_DOUBTFUL_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class TimedCall:
    """One call: what the events say, and how long the parent waited for it (milliseconds)."""

    events_ms: float
    waited_ms: float


@dataclass(frozen=True, slots=True)
class Timing:
    """The medians (milliseconds), their ratio, and `doubt`: why the candidate's is not believed.

    `roof_share` is how near the candidate is to the least time that memory allows; 0 = unknown.
    """

    reference_ms: float
    candidate_ms: float
    overhead_ms: float
    calls: int
    roof_share: float = 0.0
    doubt: str = ""

    @property
    def speedup(self) -> float:
        """How many times faster than the reference; 0 where the time is not believed."""
        return (
            0.0 if self.doubt or self.candidate_ms <= 0 else self.reference_ms / self.candidate_ms
        )


def judge_timing(
    reference: Sequence[TimedCall], candidate: Sequence[TimedCall], least_ms: float = 0.0
) -> Timing:
    """Compare the calls of two processes that took turns.

    `least_ms` is what no honest run beats by the roofline. Where the reference itself beats it, it
    does not need all of its inputs, and the bound says nothing.
    """
    overheads = [max(0.0, call.waited_ms - call.events_ms) for call in reference]
    overhead = _upper_quartile(overheads)
    reference_ms = median(call.events_ms for call in reference)
    times = [max(call.events_ms, call.waited_ms - overhead) for call in candidate]
    candidate_ms = median(times)
    holds = reference_ms >= least_ms > 0
    doubt = _false_events(candidate, overhead)
    if not doubt and holds and candidate_ms < least_ms:
        doubt = (
            f"{candidate_ms:.4g} ms is less than reading the inputs takes at the memory's full "
            f"bandwidth ({least_ms:.4g} ms)"
        )
    share = least_ms / candidate_ms if holds and candidate_ms > 0 else 0.0
    return Timing(reference_ms, candidate_ms, overhead, len(times), min(share, 1.0), doubt)


def _upper_quartile(values: Sequence[float]) -> float:
    return quantiles(values, n=4)[2] if len(values) > 1 else values[0]


def _false_events(calls: Sequence[TimedCall], overhead: float) -> str:
    """Why the events cannot be true: most calls took the parent's clock far longer."""
    false = [
        call
        for call in calls
        if call.events_ms < 0
        or call.waited_ms - overhead - _JITTER_MS > 2 * call.events_ms + overhead
    ]
    if len(false) <= _DOUBTFUL_SHARE * len(calls):
        return ""
    one = false[len(false) // 2]
    return f"its events tell {one.events_ms:.4g} ms where {one.waited_ms:.4g} ms went by"
